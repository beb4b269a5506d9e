package roundtriptest

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestEveryCaseHasANameAndAReason(t *testing.T) {
	seen := map[string]bool{}
	for name, reason := range Cases() {
		if seen[name] || name != strings.ToLower(name) || strings.ContainsAny(name, " /_") {
			t.Errorf("name %q is not in lower case with hyphens, or comes twice", name)
		}
		if len(reason) < 40 {
			t.Errorf("%s: the reason %q is too short", name, reason)
		}
		seen[name] = true
	}
	if len(seen) < 80 {
		t.Errorf("%d cases", len(seen))
	}
	for range Cases() {
		break // Cases stops when the loop does
	}
}

func TestACaseThatNeedsAnotherComesAfterIt(t *testing.T) {
	seen, after := map[string]bool{}, 0
	for _, c := range cases() {
		if c.after != "" {
			after++
			if !seen[c.after] {
				t.Errorf("%s needs %q, which does not come before it", c.name, c.after)
			}
		}
		seen[c.name] = true
	}
	if after == 0 {
		t.Error("no case needs another")
	}
}

// TestAFailureOfAnyFormIsABreach tests what runs the cases.
func TestAFailureOfAnyFormIsABreach(t *testing.T) {
	for what, c := range map[string]struct {
		run  func(*probe)
		want string
	}{
		"passes":         {func(*probe) {}, ""},
		"two errors":     {func(p *probe) { p.errorf("one"); p.errorf("two") }, "one|two"},
		"fatal":          {func(p *probe) { p.fatalf("one"); p.errorf("two") }, "one"},
		"panics":         {func(*probe) { panic("boom") }, "panic: boom"},
		"exits":          {func(*probe) { runtime.Goexit() }, ""},
		"goroutine left": {func(*probe) { go func() { select {} }() }, "goroutines left behind"},
		"timer left":     {func(*probe) { go time.Sleep(2 * time.Hour) }, "goroutines left behind"},
		"timer ends":     {func(*probe) { go time.Sleep(time.Minute) }, ""},
		"stuck":          {func(*probe) { select {} }, "still runs"},
		"closer":         {func(p *probe) { p.layer(nil); p.cleanup(func() { p.errorf("closed") }) }, "closed|layer closed"},
	} {
		t.Run(what, func(t *testing.T) {
			p := &probe{}
			p.wrap = func(http.RoundTripper) http.RoundTripper { return closing{p} }
			got := (testCase{run: c.run}).execute(t, p)
			if c.want == "" && len(got) > 0 {
				t.Fatalf("breaches %q; want none", got)
			}
			parts := strings.Split(c.want, "|")
			if c.want != "" && len(got) < len(parts) {
				t.Fatalf("breaches %q; want %q", got, parts)
			}
			for i, part := range parts {
				if c.want != "" && !strings.HasPrefix(got[i], part) && !strings.Contains(got[i], part) {
					t.Errorf("breach %d reads %q; want %q", i, got[i], part)
				}
			}
		})
	}
}

// A closing is a layer that is an io.Closer.
type closing struct{ p *probe }

func (c closing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errBase }
func (c closing) Close() error                                    { c.p.errorf("layer closed"); return nil }

func TestAFailureOutsideABubbleIsABreach(t *testing.T) {
	p := &probe{wrap: identity}
	got := (testCase{socket: true, run: func(p *probe) { p.errorf("one"); panic("two") }}).execute(t, p)
	if len(got) != 2 || got[0] != "one" || !strings.HasPrefix(got[1], "panic: two") {
		t.Errorf("breaches %q", got)
	}
}

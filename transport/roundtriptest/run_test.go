package roundtriptest

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for name, reason := range Cases() {
		if seen[name] || name != strings.ToLower(name) || strings.ContainsAny(name, " /_") {
			t.Errorf("name %q is not fit", name)
		}
		if len(reason) < 40 {
			t.Errorf("%s: the reason %q says too little", name, reason)
		}
		seen[name] = true
	}
	if len(seen) < 80 {
		t.Errorf("%d cases", len(seen))
	}
	for range Cases() {
		break // yields stop when told
	}
}

// TestHarness proves what holds the cases: a failure of any form becomes a breach.
func TestHarness(t *testing.T) {
	for what, c := range map[string]struct {
		run  func(*probe)
		want string
	}{
		"passes":         {func(*probe) {}, ""},
		"says all":       {func(p *probe) { p.errorf("one"); p.errorf("two") }, "one|two"},
		"stops":          {func(p *probe) { p.fatalf("one"); p.errorf("two") }, "one"},
		"panics":         {func(*probe) { panic("boom") }, "panic: boom"},
		"exits":          {func(*probe) { runtime.Goexit() }, ""},
		"leaves one":     {func(*probe) { go func() { select {} }() }, "goroutines left behind"},
		"leaves a timer": {func(*probe) { go time.Sleep(2 * time.Hour) }, "goroutines left behind"},
		"ends a timer":   {func(*probe) { go time.Sleep(time.Minute) }, ""},
		"sticks":         {func(*probe) { select {} }, "still runs"},
		"closes":         {func(p *probe) { p.layer(nil); p.cleanup(func() { p.errorf("closed") }) }, "closed|layer closed"},
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

// closing is a layer with an end of its own.
type closing struct{ p *probe }

func (c closing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errBase }
func (c closing) Close() error                                    { c.p.errorf("layer closed"); return nil }

func TestHarnessOutsideABubble(t *testing.T) {
	p := &probe{wrap: identity}
	got := (testCase{socket: true, run: func(p *probe) { p.errorf("one"); panic("two") }}).execute(t, p)
	if len(got) != 2 || got[0] != "one" || !strings.HasPrefix(got[1], "panic: two") {
		t.Errorf("breaches %q", got)
	}
}

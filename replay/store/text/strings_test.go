package text

import (
	"net/http"
	"reflect"
	"testing"
	"time"
)

func TestStringsThatAreNoUTF8(t *testing.T) {
	for s, want := range map[string]string{"": "", "é": "é", "\xe9": "base64,6Q==", "base64,x": "base64,YmFzZTY0LHg="} {
		got := text(s)
		if back, err := untext(got); got != want || back != s || err != nil {
			t.Errorf("%q: %q, want %q; back %q, %v", s, got, want, back, err)
		}
	}
	if _, err := untext("base64,%"); err == nil {
		t.Error("% is base64")
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		list []string
		want string
	}{{nil, ""}, {[]string{"<"}, `"<"`}, {[]string{"a", ""}, `["a",""]`}} {
		raw := listOf(c.list)
		back, err := list(raw)
		if string(raw) != c.want || !reflect.DeepEqual(back, c.list) || err != nil {
			t.Errorf("%q: %s, want %s; back %q, %v", c.list, raw, c.want, back, err)
		}
	}
	// A trailer that was announced but did not come has no values: the list is nil.
	if l, err := list([]byte("[]")); l != nil || err != nil {
		t.Errorf("[] is %#v, %v", l, err)
	}
	for _, raw := range []string{"1", "null", `["a",1]`, "{}"} {
		if l, err := list([]byte(raw)); err == nil {
			t.Errorf("%s is %q", raw, l)
		}
	}
}

func TestContentLengthFollowsTheBody(t *testing.T) {
	h := http.Header{"Content-Length": {"4"}, "X": {"auto"}}
	got, err := headerOf(h, 4).values(7)
	if want := (http.Header{"Content-Length": {"7"}, "X": {"auto"}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, _ := headerOf(h, 5).values(7); !reflect.DeepEqual(got, h) {
		t.Errorf("of another length: %v", got)
	}
}

func TestCodeOfAStatus(t *testing.T) {
	for status, want := range map[string]int{"404 Not Found": 404, "200 ": 200, "200": 0, "OK": 0, "": 0, "2000 x": 0, "-10 x": 0, " 20 x": 0, "+20 x": 0} {
		if got := codeOf(status); got != want {
			t.Errorf("%q: %d, want %d", status, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "", -1: "", 99: "99ns", 123: "120ns", 999: "1µs", 12345678: "12ms", time.Hour: "1h0m0s"} {
		got := duration(d)
		if back, err := parseDuration(got); got != want || err != nil || duration(back) != got {
			t.Errorf("%d: %s, want %s; %v, %v", d, got, want, back, err)
		}
	}
}

func TestAPlainStringIsWrittenAsJSONWritesIt(t *testing.T) {
	plainly := 0
	for c := range 0x180 {
		for _, s := range []string{string(rune(c)), "a" + string(rune(c)) + "b"} {
			if string(listOf([]string{s})) != string(marshal(s)) {
				t.Errorf("%q is %s, want %s", s, listOf([]string{s}), marshal(s))
			}
			if plain(s) {
				plainly++
			}
		}
	}
	if plainly != 2*(0x7f-' '-2) {
		t.Errorf("%d strings are plain", plainly)
	}
	list := []string{"application/json"}
	if got := testing.AllocsPerRun(100, func() { listOf(list) }); got > 1 {
		t.Errorf("%v allocations, want 1 at most", got)
	}
}

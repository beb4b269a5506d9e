package concurrency

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestNewRejectsNonsense(t *testing.T) {
	for name, limits := range map[string][]Limit{
		"none": {}, "no Max": {{}}, "negative": {{Max: -1}}, "scope": {{Max: 1, Scope: 9}}, "URL": {{Max: 1, URL: "("}},
		"route": {{Max: 1, Route: "x"}}, "queue": {{Max: 1, MaxQueue: -2}}, "wait": {{Max: 1, MaxWait: -1}},
		"a Max of too many bits": {{Max: 1 << 30}}, "a queue of too many bits": {{Max: 1, MaxQueue: 1 << 30}},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "concurrency: ") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			New(limits...)
		}()
	}
}

func TestACompiledLimitHasItsDefaults(t *testing.T) {
	for _, tt := range []struct {
		limit Limit
		queue int
		width int
	}{
		{Limit{Max: 3}, defaultMaxQueue, 1},
		{Limit{Max: 3, MaxQueue: 7, Scope: transport.ScopeAll}, 7, 2},
		{Limit{Max: 3, MaxQueue: NoQueue, Scope: transport.ScopeRoute}, 0, 0},
		{Limit{Max: 3, Scope: transport.ScopeAll, Key: func(*http.Request) string { return "" }}, defaultMaxQueue, 0},
	} {
		c := compile(tt.limit, time.Now(), nil)
		if c.queue != tt.queue || c.width() != tt.width {
			t.Errorf("%s: a queue of %d and the width %d, want %d and %d", tt.limit, c.queue, c.width(), tt.queue, tt.width)
		}
		if c.max.Store(9); !strings.HasPrefix(c.text(), "9 at once") {
			t.Errorf("after a change to 9 the text is %q", c.text())
		}
	}
}

func TestCompileCopiesTheAdaptiveSettings(t *testing.T) {
	a := &Adaptive{}
	c := compile(Limit{Max: 100, Adaptive: a}, time.Now(), nil)
	if c.Adaptive == a || *a != (Adaptive{}) || *c.Adaptive == (Adaptive{}) {
		t.Errorf("the caller's settings are %+v, the limit's %+v, want defaults in a copy", *a, *c.Adaptive)
	}
}

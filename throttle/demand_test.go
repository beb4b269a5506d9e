package throttle

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 10, Margin: NoMargin, Cost: func(r *http.Request) int { return len(strings.Trim(r.URL.Path, "/")) }})
		rt := l.Wrap(s)
		_, err := get(t.Context(), rt, "/12345678901")
		if !errors.Is(err, ErrCost) || !errors.Is(err, verdict.ErrRejected) {
			t.Errorf("cost above the limit: %v", err)
		}
		start := time.Now()
		for _, tt := range []struct {
			path string
			at   time.Duration
		}{{"/123456", 0}, {"/1234", 0}, {"/", 0}, {"/1", time.Second}, {"/1234567890", 2 * time.Second}} {
			if _, err := get(t.Context(), rt, tt.path); err != nil || time.Since(start) != tt.at {
				t.Errorf("%s after %v, want %v: %v", tt.path, time.Since(start), tt.at, err)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Margin: NoMargin, Key: func(r *http.Request) string { return r.URL.Path }})
		rt := l.Wrap(&server{})
		if d := took(func() { flood(t, rt, "/a", 1); flood(t, rt, "/b", 1) }); d != 0 {
			t.Errorf("two keys waited %v", d)
		}
		if d := took(func() { flood(t, rt, "/a", 1) }); d != time.Second {
			t.Errorf("the same key waited %v", d)
		}
		for i := range 3 * admission.MaxKeys {
			if i%admission.MaxKeys == 0 {
				time.Sleep(2 * time.Second)
			}
			flood(t, rt, fmt.Sprintf("/%d", i), 1)
		}
		r := l.list()[0].core
		if n, _ := r.Keys(); n > admission.MaxKeys {
			t.Errorf("%d keys kept", n)
		}
		// All keys still count. A further one gets no count of its own, and no more than the limit.
		d := took(func() { flood(t, rt, "/new", 1); flood(t, rt, "/newer", 1) })
		if _, shared := r.Keys(); !shared || d != time.Second {
			t.Errorf("beyond the cap: shared %v, took %v", shared, d)
		}
		quiet(t, l)
	})
}

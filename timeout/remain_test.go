package timeout_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
)

// big is something that a call may hold in memory.
type big struct{ io.Reader }

func (big) Close() error { return nil }

type bigKey struct{}

// A timer that has not fired keeps what it would call. At a thousand calls per second, limits of an
// hour must not keep an hour of calls. Some may stay until the runtime drops stopped timers.
func TestNothingOfACallStaysInMemoryUntilItsLimit(t *testing.T) {
	const calls = 200
	for _, tt := range []struct {
		name string
		c    timeout.Config
		stop bool // whether the calls end
	}{
		{"total", timeout.Config{Total: time.Hour, Idle: timeout.NoTimeout}, true},
		{"idle", timeout.Config{Total: timeout.NoTimeout, Idle: time.Hour}, true},
		{"total, the control", timeout.Config{Total: time.Hour, Idle: timeout.NoTimeout}, false},
		{"idle, the control", timeout.Config{Total: timeout.NoTimeout, Idle: time.Hour}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := timeout.New(tt.c)
				var open []*http.Response
				var list []func() bool
				for range calls {
					body := &big{strings.NewReader("some text")}
					value := &big{}
					list = append(list, remains(body), remains(value))
					resp := rttest.Get(context.WithValue(t.Context(), bigKey{}, value), t, l.Wrap(rttest.RespondBody(body)))
					_, _ = resp.Body.Read(make([]byte, 2)) // begins to measure
					if tt.stop {
						_ = resp.Body.Close()
					} else {
						open = append(open, resp)
					}
				}
				synctest.Wait()
				runtime.GC()
				n := 0
				for _, there := range list {
					if there() {
						n++
					}
				}
				if few := n < len(list)/4; few != tt.stop {
					t.Errorf("%d of %d bodies and values of contexts are in memory", n, len(list))
				}
				runtime.KeepAlive(l)
				for _, resp := range open {
					_ = resp.Body.Close()
				}
			})
		})
	}
}

func remains[T any](x *T) func() bool {
	w := weak.Make(x)
	return func() bool { return w.Value() != nil }
}

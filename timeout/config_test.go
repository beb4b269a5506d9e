package timeout_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

func TestAnOverrideReplacesTheLimitsOfItsLayer(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		over []transport.Override
		ends time.Duration
		is   error
	}{
		"none":              {nil, 4 * s, timeout.ErrAttempt},
		"attempt":           {[]transport.Override{timeout.PerAttempt(2 * s)}, 2 * s, timeout.ErrAttempt},
		"attempt off":       {[]transport.Override{timeout.PerAttempt(timeout.NoTimeout)}, 7 * s, timeout.ErrTotal},
		"total":             {[]transport.Override{timeout.Config{Total: s}}, s, timeout.ErrTotal},
		"it replaces":       {[]transport.Override{timeout.Config{Idle: s}, timeout.PerAttempt(timeout.NoTimeout)}, 30 * s, timeout.ErrTotal},
		"both off":          {[]transport.Override{timeout.Config{Total: timeout.NoTimeout}, timeout.PerAttempt(timeout.NoTimeout)}, 60 * s, nil},
		"off":               {[]transport.Override{timeout.Off}, 60 * s, nil},
		"attempt after off": {[]transport.Override{timeout.Off, timeout.PerAttempt(3 * s)}, 3 * s, timeout.ErrAttempt},
		"config after off":  {[]transport.Override{timeout.Off, timeout.Config{Total: 6 * s}}, 6 * s, timeout.ErrTotal},
		"the last one":      {[]transport.Override{timeout.PerAttempt(s), timeout.PerAttempt(3 * s)}, 3 * s, timeout.ErrAttempt},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			resp, err := send(t, transport.With(t.Context(), test.over...), rttest.Stack(respondAfter(60*s, rttest.Text("")), total(7*s), timeout.PerAttempt(4*s)), http.MethodGet)
			if d := time.Since(start); d != test.ends || !errors.Is(err, test.is) {
				t.Errorf("%s: %v after %v, want %v after %v", name, err, d, test.is, test.ends)
			}
			if resp != nil {
				_ = resp.Body.Close()
			}
		})
	}
}

func TestNegativeLimitsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"total":   func() { timeout.New(timeout.Config{Total: -2}) },
		"idle":    func() { timeout.New(timeout.Config{Idle: -5}) },
		"attach":  func() { timeout.Config{Total: -2}.Attach(t.Context()) },
		"attempt": func() { timeout.PerAttempt(-time.Second) },
	} {
		if v := fmt.Sprint(rttest.PanicOf(f)); !strings.HasPrefix(v, "timeout: ") {
			t.Errorf("%s: recovered %v", name, v)
		}
	}
}

// Off applies to the body too: no read of it is cut.
func TestOffEndsNoBody(t *testing.T) {
	if s := timeout.Off.String(); s != "timeout: off" {
		t.Error(s)
	}
	synctest.Test(t, func(t *testing.T) {
		rt := timeout.New(timeout.Config{}).Wrap(respondAfter(0, pauses(time.Hour)))
		resp, err := send(t, transport.With(t.Context(), timeout.Off), rt, http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		if got := rttest.Read(t, resp); got != "x" {
			t.Errorf("read %q", got)
		}
	})
}

// Some users write the longest duration to mean no limit. The body moves, and with it the instants
// from which limits count.
func TestALimitOfAgesEndsNothing(t *testing.T) {
	for name, l := range map[string]transport.Layer{
		"total":              total(math.MaxInt64),
		"total from upload":  timeout.New(timeout.Config{Total: math.MaxInt64, FromUpload: true}),
		"idle":               timeout.New(timeout.Config{Idle: math.MaxInt64}),
		"idle of streams":    timeout.New(timeout.Config{StreamIdle: math.MaxInt64}),
		"attempt":            timeout.PerAttempt(math.MaxInt64),
		"attempt, not quite": timeout.PerAttempt(math.MaxInt64 - 1),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := rttest.Func(func(req *http.Request) (*http.Response, error) {
					_, _ = io.ReadFull(req.Body, make([]byte, 1))
					if at, ok := req.Context().Deadline(); ok && time.Until(at) < 20*time.Second {
						t.Errorf("the deadline is in %v", time.Until(at))
					}
					return reader{n: 1, stall: time.Second}.RoundTrip(req)
				})
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, rttest.Text("text"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := l.Wrap(base).RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				rttest.Read(t, resp)
			})
		})
	}
}

package gracy_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// A pause may be longer than what the response asks for: the server was not believed twice,
// or others were asked to wait for longer. Where it lasts past the deadline, a further attempt
// would be rejected, and the response is returned as it is for a hint past the deadline.
func TestAPausePastTheDeadlineReturnsTheResponse(t *testing.T) {
	for name, test := range map[string]struct {
		others  string // the Retry-After that others get meanwhile
		asked   string // the Retry-After of the call, always
		left    time.Duration
		sends   int
		stopped string
	}{
		"the control": {"", "1", 5 * time.Second, 3, "attempts used up: 3 of 3"},
		"doubled":     {"", "1", 2900 * time.Millisecond, 2, "pause 2s would end past the deadline (1.9s left)"},
		"of others":   {"60", "1", 5 * time.Second, 1, "pause 1m0s would end past the deadline (5s left)"},
		"no hint":     {"60", "", 5 * time.Second, 1, "pause 1m0s would end past the deadline (5s left)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			sends := 0
			respond := func(req *http.Request, after string) *http.Response {
				resp := rttest.Response(req, 429, "why")
				if after != "" {
					resp.Header.Set("Retry-After", after)
				}
				return resp
			}
			limiter := throttle.New()
			others := limiter.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				return respond(req, test.others), nil
			}))
			get := func(ctx context.Context, rt http.RoundTripper, path string) (*http.Response, error) {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test"+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				return rt.RoundTrip(req)
			}
			rt := gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
				if sends++; test.others != "" {
					resp, err := get(t.Context(), others, "/other")
					if err != nil {
						t.Fatal(err)
					}
					_ = resp.Body.Close()
				}
				return respond(req, test.asked), nil
			}), timeout.New(timeout.Config{Total: test.left}), retry.New(retry.Policy{Rand: func() float64 { return 0 }}), limiter)
			resp, err := get(t.Context(), rt, "/")
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if got := rttest.Read(t, resp); got != "why" || sends != test.sends {
				t.Errorf("%s: %q after %d sends, want %d", name, got, sends, test.sends)
			}
			if got := transport.CallOf(resp).StopReason(); got != test.stopped {
				t.Errorf("%s: stopped: %q, want %q\n%s", name, got, test.stopped, strings.TrimSpace(transport.CallOf(resp).String()))
			}
		})
	}
}

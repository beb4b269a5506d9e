package retry_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
)

func TestAKeyOrThePolicyLetsAPostBeSentAgain(t *testing.T) {
	for name, test := range map[string]struct {
		policy retry.Policy
		header string
		want   int
	}{
		"neither":           {want: 1},
		"Idempotency-Key":   {header: "Idempotency-Key", want: 3},
		"X-Idempotency-Key": {header: "X-Idempotency-Key", want: 3},
		"Unsafe":            {policy: retry.Policy{Unsafe: true}, want: 3},
	} {
		for what, s := range map[string]step{"503": status(503), "sent, no response": fails(io.ErrUnexpectedEOF)} {
			synctest.Test(t, func(t *testing.T) {
				base := &script{steps: []step{s}}
				req := request(t, t.Context(), http.MethodPost, strings.NewReader("pay"))
				if test.header != "" {
					req.Header.Set(test.header, "k1")
				}
				resp, c, _ := do(t, test.policy, base, req)
				finish(resp)
				if len(base.sent) != test.want {
					t.Errorf("%s, %s: sent %d times, want %d\n%s", name, what, len(base.sent), test.want, c)
				}
				for i, r := range base.sent {
					if test.header != "" && r.Header.Get(test.header) != "k1" || base.body[i] != "pay" {
						t.Errorf("%s: attempt %d: key %q, body %q", name, i+1, r.Header.Get(test.header), base.body[i])
					}
				}
			})
		}
	}
}

func TestAPostIsSentAgainWhereNothingWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unreachable := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		base := &script{steps: []step{fails(unreachable), status(201)}}
		resp, _, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodPost, strings.NewReader("once")))
		if err != nil || resp.StatusCode != 201 || len(base.sent) != 2 || base.body[1] != "once" {
			t.Errorf("%v, sent %d times, bodies %q", err, len(base.sent), base.body)
		}
		finish(resp)
	})
}

// A request that cannot be sent again unchanged is sent once, whatever the policy says.
func TestARequestThatCannotBeReplayedIsSentOnce(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		edit   func(*http.Request)
		sent   int
	}{
		"trailers": {"PUT", func(r *http.Request) { r.Trailer = http.Header{"Digest": nil} }, 1},
		"CONNECT":  {"CONNECT", func(*http.Request) {}, 1},
		"an upgrade": {"GET", func(r *http.Request) {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}, 1},
		"Expect, which can be": {"PUT", func(r *http.Request) { r.Header.Set("Expect", "100-continue") }, 3},
		"the control":          {"PUT", func(*http.Request) {}, 3},
	} {
		for what, s := range map[string]step{"503": status(503), "no response": fails(io.ErrUnexpectedEOF)} {
			synctest.Test(t, func(t *testing.T) {
				base := &script{steps: []step{s}}
				req := request(t, t.Context(), c.method, strings.NewReader("x"))
				c.edit(req)
				resp, call, _ := do(t, retry.Policy{Unsafe: true}, base, req)
				finish(resp)
				if len(base.sent) != c.sent || c.sent == 1 && call.StopReason() == "" {
					t.Errorf("%s, %s: sent %d times, want %d\n%s", name, what, len(base.sent), c.sent, call)
				}
			})
		}
	}
}

// RFC 8470, section 5.2: a request that was too early is tried again once.
func TestTooEarlyIsRetriedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		steps        []step
		sent, status int
	}{
		"then fine":           {[]step{status(425), status(200)}, 2, 200},
		"again":               {[]step{status(425)}, 2, 425},
		"a fault, then again": {[]step{status(503), status(425), status(425)}, 3, 425},
		"then a fault":        {[]step{status(425), status(503), status(200)}, 3, 200},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: c.steps}
			resp, call, err := do(t, retry.Policy{Attempts: 6}, base, request(t, t.Context(), http.MethodGet, nil))
			if err != nil || resp.StatusCode != c.status || len(base.sent) != c.sent {
				t.Errorf("%s: %v, sent %d times\n%s", name, err, len(base.sent), call)
			}
			finish(resp)
		})
	}
}

func TestWhenCannotMakeAPostSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		resp, c, _ := do(t, retry.Policy{When: retry.All()}, base, request(t, t.Context(), http.MethodPost, nil))
		finish(resp)
		if len(base.sent) != 1 || c.StopReason() != "not idempotent (transport.Safe, transport.KeyHeader or Policy.IdempotencyKey would allow it)" {
			t.Errorf("sent %d times\n%s", len(base.sent), c)
		}
	})
}

package retry_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Both gates, per method and status: how often it is sent.
func TestStatusesAndMethods(t *testing.T) {
	idempotent := []string{"", "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"}
	unsafe := []string{"POST", "PATCH", "CONNECT", "MKCOL"}
	for _, test := range []struct {
		status       int
		safe, others int
	}{
		{200, 1, 1},
		{204, 1, 1},
		{301, 1, 1},
		{304, 1, 1},
		{400, 1, 1},
		{401, 1, 1},
		{403, 1, 1},
		{404, 1, 1},
		{409, 1, 1},
		{408, 3, 1},
		{425, 2, 1}, // TestTooEarlyIsTriedAgainOnce
		{429, 3, 3},
		{500, 3, 1},
		{501, 1, 1},
		{502, 3, 1},
		{503, 3, 1},
		{504, 3, 1},
		{505, 1, 1},
		{529, 3, 1},
		{599, 1, 1},
		{999, 1, 1},
	} {
		for _, m := range append(idempotent, unsafe...) {
			synctest.Test(t, func(t *testing.T) {
				want := test.safe
				for _, u := range unsafe {
					if m == u {
						want = test.others
					}
				}
				base := &script{steps: []step{status(test.status)}}
				req := request(t, t.Context(), http.MethodGet, nil)
				req.Method = m
				resp, _, err := do(t, retry.Policy{}, base, req)
				if err != nil || resp.StatusCode != test.status {
					t.Errorf("%s %d: %v", m, test.status, err)
				}
				if len(base.sent) != want {
					t.Errorf("%s %d: sent %d times, want %d", m, test.status, len(base.sent), want)
				}
				finish(resp)
			})
		}
	}
}

func TestUnsafeMethodsBecomeSafe(t *testing.T) {
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
		for what, s := range map[string]step{"503": status(503), "sent, no answer": fails(io.ErrUnexpectedEOF)} {
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

func TestPostIsSentAgainWhenNothingWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		base := &script{steps: []step{fails(refused), status(201)}}
		resp, _, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodPost, strings.NewReader("once")))
		if err != nil || resp.StatusCode != 201 || len(base.sent) != 2 || base.body[1] != "once" {
			t.Errorf("%v, sent %d times, bodies %q", err, len(base.sent), base.body)
		}
		finish(resp)
	})
}

// The default path: what ErrorPropagatedRetryPolicy and the verdict let through.
func TestErrors(t *testing.T) {
	scheme := errors.New(`unsupported protocol scheme "gopher"`)
	cert := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for name, test := range map[string]struct {
		err  error
		want int
	}{
		"boom":                {errBoom, 3},
		"EOF":                 {io.EOF, 3},
		"reset":               {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, 3},
		"refused":             {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, 3},
		"deadline of others":  {fmt.Errorf("attempt: %w", context.DeadlineExceeded), 3},
		"temporary DNS":       {&net.DNSError{Err: "server misbehaving", IsTemporary: true}, 3},
		"unknown host":        {&net.DNSError{Err: "no such host", IsNotFound: true}, 1},
		"wrapped host":        {&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, 1},
		"scheme":              {scheme, 1},
		"wrapped scheme":      {fmt.Errorf("layer: %w (route x)", scheme), 1},
		"joined scheme":       {errors.Join(errBoom, scheme), 1},
		"url.Error, scheme":   {&url.Error{Op: "Get", URL: "gopher://x", Err: scheme}, 1},
		"header name":         {errors.New(`net/http: invalid header field name "a b"`), 1},
		"header value":        {errors.New(`net/http: invalid header field value for "X"`), 1},
		"redirects":           {&url.Error{Op: "Get", URL: "/", Err: errors.New("stopped after 10 redirects")}, 1},
		"wrapped redirects":   {fmt.Errorf("inner client: %w; giving up", &url.Error{Op: "Get", URL: "/", Err: errors.New("stopped after 10 redirects")}), 1},
		"certificate":         {cert, 1},
		"wrapped certificate": {fmt.Errorf("tls: %w", fmt.Errorf("x: %w", cert)), 1},
		"bare authority":      {x509.UnknownAuthorityError{}, 1},
		"not trusted":         {errors.New("x509: “a” certificate is not trusted"), 1},
		"text in the URL":     {&url.Error{Op: "Get", URL: "http://a/invalid header", Err: io.EOF}, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(test.err)}}
			_, _, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodGet, nil))
			if len(base.sent) != test.want {
				t.Errorf("%s: sent %d times, want %d", name, len(base.sent), test.want)
			}
			if !errors.Is(err, test.err) {
				t.Errorf("%s: the error became %v", name, err)
			}
			if wrapped := errors.Is(err, retry.ErrExhausted); wrapped != (test.want > 1) {
				t.Errorf("%s: wrapped %v after %d attempts: %v", name, wrapped, len(base.sent), err)
			}
		})
	}
}

func TestMalformedRequestIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{fails(errors.New("http: no Host in request URL"))}}
		req := request(t, t.Context(), http.MethodGet, nil)
		req.URL.Host = ""
		if _, c, _ := do(t, retry.Policy{}, base, req); len(base.sent) != 1 {
			t.Errorf("sent %d times\n%s", len(base.sent), c)
		}
	})
}

// The default path calls go-retryablehttp's policy, and obeys it.
func TestErrorPropagatedRetryPolicyIsCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := retry.New(retry.Policy{})
		if reflect.ValueOf(r.Judge()).Pointer() != reflect.ValueOf(retryablehttp.ErrorPropagatedRetryPolicy).Pointer() {
			t.Error("the first gate is another function")
		}
		calls, answer := 0, true
		r.SetJudge(func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			calls++
			again, perr := retryablehttp.ErrorPropagatedRetryPolicy(ctx, resp, err)
			return again && answer, perr
		})
		base := &script{steps: []step{fails(errBoom)}}
		rt := r.Wrap(base)
		_, err := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if calls != 3 || len(base.sent) != 3 || !errors.Is(err, errBoom) {
			t.Errorf("asked %d times, sent %d times, %v", calls, len(base.sent), err)
		}
		answer = false
		_, _ = rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if calls != 4 || len(base.sent) != 4 {
			t.Errorf("it said no: asked %d times, sent %d times", calls, len(base.sent))
		}
	})
}

func TestPolicyDecides(t *testing.T) {
	is := errors.New("mine")
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		want   int
	}{
		"Statuses has it":              {retry.Policy{Statuses: []int{404}}, status(404), 3},
		"Statuses has it not":          {retry.Policy{Statuses: []int{404}}, status(503), 1},
		"Statuses, errors stay":        {retry.Policy{Statuses: []int{404}}, fails(errBoom), 3},
		"Statuses empty":               {retry.Policy{Statuses: []int{}}, status(503), 1},
		"Statuses cannot fail a 200":   {retry.Policy{Statuses: []int{200}}, status(200), 1},
		"Errors yes":                   {retry.Policy{Errors: func(err error) bool { return errors.Is(err, is) }}, fails(is), 3},
		"Errors no":                    {retry.Policy{Errors: func(err error) bool { return errors.Is(err, is) }}, fails(errBoom), 1},
		"Errors overrule final ones":   {retry.Policy{Errors: func(error) bool { return true }}, fails(&net.DNSError{IsNotFound: true}), 3},
		"Errors, statuses stay":        {retry.Policy{Errors: func(error) bool { return false }}, status(503), 3},
		"OnStatus":                     {retry.Policy{When: retry.OnStatus(404, 409)}, status(409), 3},
		"OnStatus, another":            {retry.Policy{When: retry.OnStatus(404, 409)}, status(503), 1},
		"OnStatus, error":              {retry.Policy{When: retry.OnStatus(404, 409)}, fails(errBoom), 1},
		"OnError":                      {retry.Policy{When: retry.OnError(is, errBoom)}, fails(errBoom), 3},
		"OnError, another":             {retry.Policy{When: retry.OnError(is)}, fails(errBoom), 1},
		"OnError, any":                 {retry.Policy{When: retry.OnError()}, fails(errBoom), 3},
		"OnError, answer":              {retry.Policy{When: retry.OnError()}, status(503), 1},
		"Any with Default":             {retry.Policy{When: retry.Any(retry.DefaultCondition, retry.OnStatus(404))}, status(404), 3},
		"Any with Default, default":    {retry.Policy{When: retry.Any(retry.DefaultCondition, retry.OnStatus(404))}, status(502), 3},
		"Default, final error":         {retry.Policy{When: retry.DefaultCondition}, fails(&net.DNSError{IsNotFound: true}), 1},
		"Default, error":               {retry.Policy{When: retry.DefaultCondition}, fails(errBoom), 3},
		"Any of none":                  {retry.Policy{When: retry.Any()}, status(503), 1},
		"All of none":                  {retry.Policy{When: retry.All()}, status(404), 3},
		"All":                          {retry.Policy{When: retry.All(retry.DefaultCondition, retry.OnMethod("GET"))}, status(503), 3},
		"All, one not":                 {retry.Policy{When: retry.All(retry.DefaultCondition, retry.OnMethod("PUT"))}, status(503), 1},
		"Not":                          {retry.Policy{When: retry.Not(retry.OnStatus(503))}, status(500), 3},
		"Not, no":                      {retry.Policy{When: retry.Not(retry.OnStatus(503))}, status(503), 1},
		"When by number":               {retry.Policy{Attempts: 9, When: func(o retry.Outcome) bool { return o.Number < 2 }}, status(503), 2},
		"When cannot fail a 200":       {retry.Policy{When: retry.All()}, status(200), 1},
		"When cannot wake a canceled":  {retry.Policy{When: retry.All()}, fails(context.Canceled), 1},
		"CheckRetry yes":               {retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, status(599), 3},
		"CheckRetry no":                {retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, status(408), 1},
		"CheckRetry, url.Error":        {retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, fails(errors.New("unsupported protocol scheme")), 1},
		"ErrorPropagated as CheckRetr": {retry.Policy{CheckRetry: retryablehttp.ErrorPropagatedRetryPolicy}, status(500), 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{test.step}}
			resp, c, err := do(t, test.policy, base, request(t, t.Context(), http.MethodGet, nil))
			if len(base.sent) != test.want {
				t.Errorf("%s: sent %d times, want %d\n%s", name, len(base.sent), test.want, c)
			}
			if test.step.err == nil && (err != nil || resp.StatusCode != test.step.status) {
				t.Errorf("%s: %v", name, err)
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
		if len(base.sent) != 1 || c.StopReason() != "not idempotent" {
			t.Errorf("sent %d times\n%s", len(base.sent), c)
		}
	})
}

func TestCheckRetryErrorTakesThePlaceOfTheOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		abort := errors.New("abort")
		n := 0
		p := retry.Policy{CheckRetry: func(context.Context, *http.Response, error) (bool, error) {
			n++
			return n < 2, abort
		}}
		base := &script{steps: []step{status(503)}}
		_, _, err := do(t, p, base, request(t, t.Context(), http.MethodGet, nil))
		e, ok := errors.AsType[*retry.Error](err)
		if !ok || e.Attempts != 2 || !errors.Is(err, abort) || base.open != 0 {
			t.Errorf("%v, %d bodies open", err, base.open)
		}
	})
}

func TestExpect(t *testing.T) {
	bad := errors.New("not ready")
	for name, test := range map[string]struct {
		method string
		expect transport.Expect
		steps  []step
		want   int
		status int
	}{
		"accepted 503":        {"GET", transport.Expect{Status: []int{503}}, []step{status(503)}, 1, 503},
		"202 is not enough":   {"GET", transport.Expect{Status: []int{200}, Only: true}, []step{status(202)}, 1, 202},
		"check, then fine":    {"GET", transport.Expect{Check: onBody("ready", bad)}, []step{{status: 200, body: "wait"}, {status: 200, body: "ready"}}, 2, 200},
		"check fails for all": {"GET", transport.Expect{Check: onBody("ready", bad)}, []step{{status: 200, body: "wait"}}, 3, 200},
		"check of a POST":     {"POST", transport.Expect{Check: onBody("ready", bad)}, []step{{status: 200, body: "wait"}}, 1, 200},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: test.steps}
			ctx := transport.WithExpect(t.Context(), test.expect)
			resp, c, err := do(t, retry.Policy{}, base, request(t, ctx, test.method, nil))
			if err != nil {
				t.Fatal(err)
			}
			if len(base.sent) != test.want || resp.StatusCode != test.status {
				t.Errorf("%s: sent %d times, want %d\n%s", name, len(base.sent), test.want, c)
			}
			if got, want := read(t, resp), test.steps[min(test.want, len(test.steps))-1].body; got != want {
				t.Errorf("%s: body %q, want %q", name, got, want)
			}
			if base.open != 0 {
				t.Errorf("%s: %d bodies open", name, base.open)
			}
		})
	}
}

// A failed check is a fault for CheckRetry functions too, as the error of a
// response handler is in go-retryablehttp.
func TestCheckRetrySeesAFailedCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("not ready")
		base := &script{steps: []step{{status: 200, body: "wait"}}}
		ctx := transport.WithExpect(t.Context(), transport.Expect{Check: onBody("ready", bad)})
		resp, _, err := do(t, retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, base, request(t, ctx, http.MethodGet, nil))
		if err != nil || len(base.sent) != 3 {
			t.Errorf("%v, sent %d times", err, len(base.sent))
		}
		finish(resp)
	})
}

func onBody(want string, err error) func(*http.Response) error {
	return func(resp *http.Response) error {
		if b, rerr := io.ReadAll(resp.Body); rerr != nil || string(b) != want {
			return err
		}
		return nil
	}
}

// refusal is an error of a layer of ours that sent nothing.
type refusal struct{ again bool }

func (r refusal) Error() string   { return "refused" }
func (r refusal) Unwrap() error   { return verdict.ErrRejected }
func (r refusal) Retryable() bool { return r.again }

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{{verdict.ErrRejected, 1}, {refusal{false}, 1}, {refusal{true}, 3}, {fmt.Errorf("x: %w", refusal{true}), 3}} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(test.err)}}
			_, _, err := do(t, retry.Policy{When: retry.All()}, base, request(t, t.Context(), http.MethodPost, nil))
			if len(base.sent) != test.want || !errors.Is(err, verdict.ErrRejected) {
				t.Errorf("%v: sent %d times, want %d; %v", test.err, len(base.sent), test.want, err)
			}
		})
	}
}

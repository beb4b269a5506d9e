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
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// The default path: what ErrorPropagatedRetryPolicy and the verdict allow.
func TestErrorsThatAreRetriedByDefault(t *testing.T) {
	scheme := errors.New(`unsupported protocol scheme "gopher"`)
	cert := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for name, test := range map[string]struct {
		err  error
		want int
	}{
		"boom":                {rttest.ErrBoom, 3},
		"EOF":                 {io.EOF, 3},
		"reset":               {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, 3},
		"connection refused":  {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, 3},
		"deadline of others":  {fmt.Errorf("attempt: %w", context.DeadlineExceeded), 3},
		"temporary DNS":       {&net.DNSError{Err: "server misbehaving", IsTemporary: true}, 3},
		"unknown host":        {&net.DNSError{Err: "no such host", IsNotFound: true}, 1},
		"wrapped host":        {&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, 1},
		"port of no address":  {&net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port", Addr: "99999"}}, 1},
		"scheme":              {scheme, 1},
		"wrapped scheme":      {fmt.Errorf("layer: %w (route x)", scheme), 1},
		"joined scheme":       {errors.Join(rttest.ErrBoom, scheme), 1},
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
			t.Error("another function decides about errors")
		}
		calls, retries := 0, true
		r.SetJudge(func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			calls++
			again, perr := retryablehttp.ErrorPropagatedRetryPolicy(ctx, resp, err)
			return again && retries, perr
		})
		base := &script{steps: []step{fails(rttest.ErrBoom)}}
		rt := r.Wrap(base)
		_, err := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if calls != 3 || len(base.sent) != 3 || !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("called %d times, sent %d times, %v", calls, len(base.sent), err)
		}
		retries = false
		_, _ = rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if calls != 4 || len(base.sent) != 4 {
			t.Errorf("it returned false: called %d times, sent %d times", calls, len(base.sent))
		}
	})
}

// A server without TLS stays one, and http.Client reports that better than its transport. Any other
// broken record may be a fault of the connection.
func TestTLSToAPlainServerIsFinal(t *testing.T) {
	for record, want := range map[string]int{"HTTP/": 1, "\x00\x01\x02\x03\x04": 3} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(tls.RecordHeaderError{Msg: "not TLS", RecordHeader: [5]byte([]byte(record))})}}
			_, err := (&http.Client{Transport: retry.New(retry.Policy{}).Wrap(base)}).Get("https://api.test/")
			if len(base.sent) != want || errors.Is(err, http.ErrSchemeMismatch) != (want == 1) {
				t.Errorf("%q: sent %d times, %v", record, len(base.sent), err)
			}
		})
	}
}

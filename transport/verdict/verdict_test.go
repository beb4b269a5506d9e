package verdict_test

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
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestJudge(t *testing.T) {
	refusal := fmt.Errorf("limit: %w", verdict.ErrRejected)
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	unknown := &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}
	keyed := http.Header{"Idempotency-Key": {"7"}}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		method string
		header http.Header
		ctx    context.Context
		status int
		resp   http.Header
		err    error
		want   verdict.Verdict
	}{
		{status: 200, want: verdict.OK},
		{status: 101, want: verdict.OK},
		{status: 404, want: verdict.Permanent},
		{status: 408, want: verdict.Retryable},
		{status: 425, want: verdict.Retryable},
		{status: 429, want: verdict.Throttled},
		{status: 500, want: verdict.Retryable},
		{status: 501, want: verdict.Permanent},
		{status: 502, want: verdict.Retryable},
		{status: 503, want: verdict.Retryable},
		{status: 503, resp: http.Header{"Retry-After": {"1"}}, want: verdict.Throttled},
		{status: 503, resp: http.Header{"Retry-After-Ms": {"250"}}, want: verdict.Throttled},
		{status: 503, resp: http.Header{"Retry-After": {"soon"}}, want: verdict.Retryable},
		{status: 505, want: verdict.Permanent},
		{status: 529, want: verdict.Retryable},
		{err: reset, want: verdict.Retryable},
		{err: io.ErrUnexpectedEOF, want: verdict.Retryable},
		{method: "POST", err: reset, want: verdict.Ambiguous},
		{method: "MKCOL", err: reset, want: verdict.Ambiguous},
		{method: "POST", header: keyed, err: reset, want: verdict.Retryable},
		{method: "POST", err: dial, want: verdict.Retryable},
		{method: "POST", err: &url.Error{Err: dial}, want: verdict.Retryable},
		{err: &url.Error{Err: unknown}, want: verdict.Permanent},
		{err: &url.Error{Err: x509.HostnameError{}}, want: verdict.Permanent},
		{err: &url.Error{Err: tls.RecordHeaderError{RecordHeader: [5]byte([]byte("HTTP/"))}}, want: verdict.Permanent},
		{err: &url.Error{Err: tls.RecordHeaderError{}}, want: verdict.Retryable},
		{err: &url.Error{Err: x509.UnknownAuthorityError{}}, want: verdict.Permanent},
		{err: &url.Error{Err: refusal}, want: verdict.Rejected},
		{ctx: gone, err: reset, want: verdict.Canceled},
		{err: context.Canceled, want: verdict.Canceled},
		{ctx: gone, status: 503, want: verdict.Retryable},
	} {
		ctx := tc.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		if tc.header == nil {
			tc.header = http.Header{}
		}
		req := (&http.Request{Method: tc.method, Header: tc.header, URL: &url.URL{Scheme: "http", Host: "api.test"}}).WithContext(ctx)
		var resp *http.Response
		if tc.err == nil {
			resp = &http.Response{StatusCode: tc.status, Header: tc.resp}
		}
		if got := verdict.Judge(req, resp, tc.err, transport.Expect{}); got != tc.want {
			t.Errorf("%s %d %v = %v, want %v", tc.method, tc.status, tc.err, got, tc.want)
		}
	}
}

func TestRefusalIsBookedAsNotSent(t *testing.T) {
	refuse := &rttest.Layer{Name: "limit", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, fmt.Errorf("limit: full: %w", verdict.ErrRejected))
	}}
	ctx, trace := transport.WithTrace(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/", nil)
	_, err := refuse.Wrap(rttest.Respond(200, "")).RoundTrip(req)
	if !errors.Is(err, verdict.ErrRejected) {
		t.Fatal(err)
	}
	a := trace.Calls()[0].Attempt()
	if a.Sent() || a.Verdict() != verdict.Rejected {
		t.Errorf("sent %v, verdict %v", a.Sent(), a.Verdict())
	}
}

func TestWhatCannotBeSentIsPermanent(t *testing.T) {
	for name, broken := range map[string]func(*http.Request){
		"no URL":    func(r *http.Request) { r.URL = nil },
		"no map":    func(r *http.Request) { r.Header = nil },
		"no host":   func(r *http.Request) { r.URL.Host = "" },
		"no scheme": func(r *http.Request) { r.URL.Scheme = "" },
		"scheme":    func(r *http.Request) { r.URL.Scheme = "ftp" },
		"method":    func(r *http.Request) { r.Method = "G T" },
		"header":    func(r *http.Request) { r.Header["bad name"] = []string{"x"} },
		"value":     func(r *http.Request) { r.Header["Good"] = []string{"a\nb"} },
	} {
		ctx, trace := transport.WithTrace(t.Context())
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/", nil)
		broken(req)
		resp, err := rttest.Pass("a").Wrap(&http.Transport{}).RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: was sent", name)
		}
		if v := trace.Calls()[0].Attempt().Verdict(); v != verdict.Permanent {
			t.Errorf("%s: %v (%v)", name, v, err)
		}
	}
}

// http.Client tells the end of its Timeout twice; whichever comes first, it is
// the caller's doing.
func TestClientTimeoutIsCanceled(t *testing.T) {
	gone := make(chan struct{})
	close(gone)
	req := (&http.Request{
		Method: http.MethodGet, Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: "api.test"},
		Cancel: gone, //nolint:staticcheck // http.Client still uses it
	}).WithContext(t.Context())
	if v := verdict.Judge(req, nil, errors.New("net/http: request canceled"), transport.Expect{}); v != verdict.Canceled {
		t.Errorf("%v", v)
	}
}

func TestAKeyedCallIsNotAmbiguous(t *testing.T) {
	for _, keyed := range []bool{true, false} {
		ctx, trace := transport.WithTrace(t.Context())
		key := &rttest.Layer{Name: "key", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if keyed {
				c.SetIdempotent()
			}
			return next.RoundTrip(req)
		}}
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://api.test/", nil)
		if _, err := key.Wrap(rttest.Fail(rttest.ErrBoom)).RoundTrip(req); err == nil {
			t.Fatal("no error")
		}
		want := verdict.Ambiguous
		if keyed {
			want = verdict.Retryable
		}
		if v := trace.Calls()[0].Attempt().Verdict(); v != want {
			t.Errorf("keyed %v: %v, want %v", keyed, v, want)
		}
	}
}

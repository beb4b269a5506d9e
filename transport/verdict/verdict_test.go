package verdict_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestJudge(t *testing.T) {
	rejection := fmt.Errorf("limit: %w", verdict.ErrRejected)
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	unknown := &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}
	unresolved := &net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}
	undialled := &net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port"}}
	critical := &tls.CertificateVerificationError{Err: x509.UnhandledCriticalExtension{}}
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
		{status: 500, resp: http.Header{"Retry-After": {"1"}}, want: verdict.Retryable},
		{status: 404, resp: http.Header{"Retry-After": {"1"}}, want: verdict.Permanent},
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
		{err: &url.Error{Err: unresolved}, want: verdict.Retryable},
		{err: &url.Error{Err: undialled}, want: verdict.Permanent},
		{err: &url.Error{Err: critical}, want: verdict.Permanent},
		{err: &url.Error{Err: x509.HostnameError{}}, want: verdict.Permanent},
		{err: &url.Error{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, want: verdict.Permanent},
		{err: &url.Error{Err: tls.RecordHeaderError{RecordHeader: [5]byte([]byte("HTTP/"))}}, want: verdict.Permanent},
		{err: &url.Error{Err: tls.RecordHeaderError{}}, want: verdict.Retryable},
		{err: &url.Error{Err: x509.UnknownAuthorityError{}}, want: verdict.Permanent},
		{err: &url.Error{Err: rejection}, want: verdict.Rejected},
		{ctx: gone, err: rejection, want: verdict.Rejected},
		{ctx: gone, err: fmt.Errorf("%w: %w", rejection, context.Canceled), want: verdict.Canceled},
		{err: fmt.Errorf("%w: %w", rejection, context.Canceled), want: verdict.Rejected},
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

func TestWhatIsNoOutcomeIsUnjudged(t *testing.T) {
	if v := verdict.Judge(&http.Request{}, nil, nil, transport.Expect{}); v != verdict.Unjudged {
		t.Errorf("neither a response nor an error: %v, want unjudged", v)
	}
}

// The response to an upgrade is OK unless the caller says which statuses alone are.
func TestSwitchingProtocolsIsOKUnlessOnlyOthersAre(t *testing.T) {
	resp := &http.Response{StatusCode: http.StatusSwitchingProtocols}
	for want, e := range map[verdict.Verdict]transport.Expect{
		verdict.OK:        {Status: []int{404}},
		verdict.Permanent: {Only: true, Status: []int{200}},
	} {
		if v := verdict.Judge(&http.Request{}, resp, nil, e); v != want {
			t.Errorf("101 with %+v: %v, want %v", e, v, want)
		}
	}
}

func TestAVerdictThatIsNoneHasAText(t *testing.T) {
	if got := (verdict.Rejected + 1).String(); got != "unknown" {
		t.Errorf("%q, want unknown", got)
	}
}

func TestARedirectThatIsFollowedIsAlwaysOK(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Location": {"/b"}}}
		if v := verdict.Judge(&http.Request{}, resp, nil, transport.Expect{Only: true, Status: []int{200}}); v != verdict.OK {
			t.Errorf("%d with a Location: %v, want ok", status, v)
		}
		resp.Header = nil
		if v := verdict.Judge(&http.Request{}, resp, nil, transport.Expect{}); v != verdict.Permanent {
			t.Errorf("%d without a Location: %v, want permanent", status, v)
		}
	}
}

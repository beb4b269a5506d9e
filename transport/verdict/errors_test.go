package verdict_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestAMalformedRequestIsPermanent(t *testing.T) {
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
			t.Errorf("%s: the request was sent", name)
		}
		if v := trace.Calls()[0].Attempt().Verdict(); v != verdict.Permanent {
			t.Errorf("%s: verdict %v, want permanent: %v", name, v, err)
		}
	}
}

// http.Client reports the end of its Timeout in two ways. Whichever comes first, the
// caller has ended the request.
func TestTheTimeoutOfAClientIsCanceled(t *testing.T) {
	gone := make(chan struct{})
	close(gone)
	req := (&http.Request{
		Method: http.MethodGet, Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: "api.test"},
		Cancel: gone, //nolint:staticcheck // http.Client still uses it
	}).WithContext(t.Context())
	if v := verdict.Judge(req, nil, errors.New("net/http: request canceled"), transport.Expect{}); v != verdict.Canceled {
		t.Errorf("verdict %v, want canceled", v)
	}
}

func TestUnsentIsARejectionOrAFailedDial(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{fmt.Errorf("limit: full: %w", verdict.ErrRejected), true},
		{&url.Error{Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, false},
		{io.ErrUnexpectedEOF, false},
	} {
		if got := verdict.Unsent(tc.err); got != tc.want {
			t.Errorf("Unsent(%v) = %v, want %v", tc.err, got, tc.want)
		}
	}
}

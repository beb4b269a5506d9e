package verdict_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
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

// Some of what is malformed net/http finds once it has a connection, which depends on the protocol. Nothing is sent
// all the same, and would not be at another time.
func TestWhatIsMalformedForAConnectionIsPermanent(t *testing.T) {
	for name, c := range map[string]struct {
		h2    bool
		broke func(*http.Request)
	}{
		"control character": {false, func(r *http.Request) { r.URL.Opaque = "/a\nb" }},
		"no body":           {false, func(r *http.Request) { r.ContentLength = -1 }},
		"connection":        {true, func(r *http.Request) { r.Header.Set("Connection", "x-hop") }},
		"host":              {true, func(r *http.Request) { r.Host = "a b" }},
		"headers":           {true, func(r *http.Request) { r.Header.Set("X-Long", strings.Repeat("x", 64<<10)) }},
	} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/first" {
				t.Errorf("%s: the request was sent", name)
			}
		}))
		server.EnableHTTP2, server.Config.MaxHeaderBytes = c.h2, 4<<10
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		client := server.Client()
		first, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/first", nil)
		resp, err := client.Do(first) // its response says what the server takes
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			req, _ := http.NewRequestWithContext(t.Context(), method, server.URL, nil)
			c.broke(req)
			resp, err := client.Transport.RoundTrip(req)
			// Over HTTP/1 net/http closes the connection, and what reads from it may be the first to say so.
			for tries := 1; errors.Is(err, net.ErrClosed) && tries < 1000; tries++ {
				resp, err = client.Transport.RoundTrip(req)
			}
			if err == nil {
				_ = resp.Body.Close()
				t.Errorf("%s: the request was sent", name)
				continue
			}
			if v := verdict.Judge(req, nil, err, transport.Expect{}); v != verdict.Permanent {
				t.Errorf("%s: verdict %v of a %s, want permanent: %v", name, v, method, err)
			}
		}
		client.CloseIdleConnections()
		server.Close()
	}
}

// Other bases say it in their own words.
func TestWhatIsMalformedForABaseOfOthersIsPermanent(t *testing.T) {
	for text, want := range map[string]verdict.Verdict{
		`http3: unsupported protocol scheme: http`:                 verdict.Permanent,
		`http3: invalid method "G T"`:                              verdict.Permanent,
		`http3: invalid http header field name "bad name"`:         verdict.Permanent,
		`http3: invalid http header field value for key "Good"`:    verdict.Permanent,
		`http2: unencrypted HTTP/2 not enabled`:                    verdict.Permanent,
		`malformed MIME header line: X http2: invalid `:            verdict.Ambiguous, // the server's
		`http3: invalid response: unexpected pseudo header: :path`: verdict.Ambiguous, // the server's
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if v := verdict.Judge(req, nil, errors.New(text), transport.Expect{}); v != want {
			t.Errorf("%s: %v, want %v", text, v, want)
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

func TestUnsentIsWhatAnErrorAloneProves(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{fmt.Errorf("limit: full: %w", verdict.ErrRejected), true},
		{&url.Error{Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, true},
		{&net.OpError{Op: "proxyconnect", Err: errors.New("bad certificate")}, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, false},
		{errors.New("net/http: TLS handshake timeout"), true},
		{errors.New("net/http: cannot rewind body after connection loss"), true},
		{errors.New("http2: Transport: cannot retry err [http2: Transport received Server's graceful shutdown GOAWAY] after Request.Body was written; define Request.GetBody to avoid this error"), true},
		{errors.New("http2: Transport: cannot retry err [stream error: stream ID 3; REFUSED_STREAM] after Request.Body was written; define Request.GetBody to avoid this error"), true},
		{errors.New("http2: Transport: cannot retry err [stream error: stream ID 3; PROTOCOL_ERROR; received from peer] after Request.Body was written; define Request.GetBody to avoid this error"), false},
		{errors.New("http2: Transport received GOAWAY from server ErrCode:ENHANCE_YOUR_CALM"), true},
		{errors.New("http2: Transport received GOAWAY from server ErrCode:PROTOCOL_ERROR"), false},
		{errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=3, ErrCode=NO_ERROR, debug=\"\""), false},
		{errors.New("http: server closed idle connection"), false},
		{errors.New("http3: parsing frame failed: H3_REQUEST_REJECTED"), true},
		{errors.New("http3: failed to read response headers: H3_REQUEST_REJECTED"), true},
		{errors.New("http3: Transport: cannot retry err [http3: parsing frame failed: H3_REQUEST_REJECTED] after Request.Body was written; define Request.GetBody to avoid this error"), true},
		{errors.New("http3: conn unusable: connection in graceful shutdown"), true},
		{errors.New("http3: parsing frame failed: H3_REQUEST_CANCELLED"), false},
		{errors.New("http3: parsing frame failed: H3_NO_ERROR"), false},
		{errors.New("http3: parsing frame failed: timeout: no recent network activity"), false},
		{errors.New("H3_REQUEST_REJECTED"), false}, // of a body, whose headers have come
		{nil, false},
		{io.ErrUnexpectedEOF, false},
		{fmt.Errorf("a: %w", fmt.Errorf("b: %w", errors.New("net/http: TLS handshake timeout"))), true},
		{errors.Join(dial, dial), true},
		{errors.Join(fmt.Errorf("a: %w", dial), verdict.ErrRejected), true},
		{fmt.Errorf("%w: %w", io.EOF, verdict.ErrRejected), true},                 // a rejection that has a reason
		{errors.Join(dial, io.EOF), false},                                        // sent elsewhere
		{errors.Join(fmt.Errorf("full: %w", verdict.ErrRejected), io.EOF), false}, // sent elsewhere
		{errors.Join(), false},
		// What the server wrote.
		{errors.New("malformed MIME header line: X http3: conn unusable: x"), false},
		{errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=3, ErrCode=NO_ERROR, debug=\"net/http: TLS handshake timeout\""), false},
	} {
		if got := verdict.Unsent(tc.err); got != tc.want {
			t.Errorf("Unsent(%v) = %v, want %v", tc.err, got, tc.want)
		}
	}
}

func TestIdempotencyAndConditions(t *testing.T) {
	for _, tc := range []struct {
		method                  string
		header                  http.Header
		idempotent, conditional bool
		lost                    verdict.Verdict // the verdict if the response was lost
	}{
		{"PUT", nil, true, false, verdict.Retryable},
		{"PUT", http.Header{"If-Match": {`"1"`}}, true, true, verdict.Ambiguous},
		{"PUT", http.Header{"If-None-Match": {"*"}}, true, true, verdict.Ambiguous},
		{"DELETE", http.Header{"If-Unmodified-Since": {"Sun, 06 Nov 1994 08:49:37 GMT"}}, true, true, verdict.Ambiguous},
		{"DELETE", http.Header{"If-Modified-Since": {"Sun, 06 Nov 1994 08:49:37 GMT"}}, true, false, verdict.Retryable},
		{"GET", http.Header{"If-None-Match": {`"1"`}}, true, false, verdict.Retryable},
		{"PUT", http.Header{"If-Match": {`"1"`}, "Idempotency-Key": {"k"}}, true, false, verdict.Retryable},
		{"POST", http.Header{"Idempotency-Key": {"k"}}, true, false, verdict.Retryable},
		{"POST", http.Header{"X-Idempotency-Key": {"k"}}, true, false, verdict.Retryable},
		{"POST", http.Header{"Idempotency-Key": {""}}, false, false, verdict.Ambiguous},
		{"POST", http.Header{"Idempotency-Key": {}}, false, false, verdict.Ambiguous},
		{"POST", http.Header{"If-Match": {`"1"`}}, false, false, verdict.Ambiguous},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, "http://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if tc.header != nil {
			req.Header = tc.header
		}
		i, c := verdict.Idempotent(req), verdict.Conditional(req)
		if v := verdict.Judge(req, nil, io.EOF, verdict.Expect{}); i != tc.idempotent || c != tc.conditional || v != tc.lost {
			t.Errorf("%s %v: idempotent %v, conditional %v, lost %v; want %v, %v, %v", tc.method, tc.header, i, c, v, tc.idempotent, tc.conditional, tc.lost)
		}
	}
}

// net/http makes the error from nothing but the text of the status.
func TestAProxyThatRejectsConnectIsFinal(t *testing.T) {
	for text, want := range map[string]verdict.Verdict{
		"Forbidden": verdict.Permanent, "Proxy Authentication Required": verdict.Permanent,
		"Service Unavailable": verdict.Retryable, "Too Many Requests": verdict.Retryable, "Request Timeout": verdict.Retryable,
		"the proxy said Forbidden": verdict.Retryable, "": verdict.Retryable,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := verdict.Judge(req, nil, errors.New(text), verdict.Expect{}); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

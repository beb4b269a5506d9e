package retry_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// listen passes each connection to serve, with its number, counted from 1.
func listen(t *testing.T, serve func(n int, c net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(n, c)
		}
	}()
	return l
}

// post sends a POST from a pipe, which has no GetBody, and returns its call.
func post(t *testing.T, base http.RoundTripper, url string) (*http.Response, *transport.Call, error) {
	t.Helper()
	ctx, trace := transport.WithTrace(t.Context())
	body, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "data")
		_ = w.Close()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base).RoundTrip(req)
	_ = body.Close()
	return resp, trace.Calls()[0], err
}

// A TLS handshake that breaks off has an error of no specific type.
func TestARequestBeforeTLSIsUnsent(t *testing.T) {
	var dialed atomic.Int64
	l := listen(t, func(_ int, c net.Conn) {
		dialed.Add(1)
		_ = c.Close()
	})
	base := new(http.Transport)
	defer base.CloseIdleConnections()
	_, call, err := post(t, base, "https://"+l.Addr().String())
	if err == nil || dialed.Load() != 3 || call.Attempt().Verdict() != verdict.Retryable {
		t.Errorf("%v, dialed %d times, want 3\n%s", err, dialed.Load(), call)
	}
}

// The status of a proxy to CONNECT comes before the request. After a 5xx another attempt may get
// another status, after a 4xx none will.
func TestWhatAProxySaysToConnect(t *testing.T) {
	for status, want := range map[string]struct {
		sent    int64
		verdict verdict.Verdict
	}{
		"503 Service Unavailable":           {3, verdict.Retryable},
		"502 Bad Gateway":                   {3, verdict.Retryable},
		"407 Proxy Authentication Required": {1, verdict.Permanent},
		"403 Forbidden":                     {1, verdict.Permanent},
	} {
		var connects atomic.Int64
		l := listen(t, func(_ int, c net.Conn) {
			defer c.Close()
			if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil && req.Method == http.MethodConnect {
				connects.Add(1)
				_, _ = io.WriteString(c, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
			}
		})
		base := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: l.Addr().String()})}
		_, call, err := post(t, base, "https://api.test/")
		if err == nil || connects.Load() != want.sent || call.Attempt().Verdict() != want.verdict {
			t.Errorf("%s: %v, %d times CONNECT, want %d\n%s", status, err, connects.Load(), want.sent, call)
		}
		connects.Store(0)
		ctx, trace := transport.WithTrace(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base).RoundTrip(req); err == nil || connects.Load() != want.sent {
			t.Errorf("GET, %s: %v, %d times CONNECT, want %d\n%s", status, err, connects.Load(), want.sent, trace.Calls()[0])
		}
		base.CloseIdleConnections()
	}
}

// An HTTP/2 server that goes away says which streams it has not looked at.
func TestAStreamThatWasNotProcessedIsUnsent(t *testing.T) {
	base, url, got, handshakes := goingAway(t)
	resp, call, err := post(t, base, url)
	if err != nil {
		t.Fatalf("%v\n%s", err, call)
	}
	_ = resp.Body.Close()
	if b := got.Load(); resp.StatusCode != 200 || b == nil || *b != "data" || handshakes.Load() != 1 {
		t.Errorf("status %d, %d connections went away\n%s", resp.StatusCode, handshakes.Load(), call)
	}
}

// net/http sends a request again by itself if it can: that is one attempt, and its row
// says so.
func TestTheLedgerShowsWhatTheTransportSentAgain(t *testing.T) {
	base, url, got, handshakes := goingAway(t)
	ctx, trace := transport.WithTrace(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("data"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := retry.New(retry.Policy{}).Wrap(base).RoundTrip(req)
	call := trace.Calls()[0]
	if err != nil {
		t.Fatalf("%v\n%s", err, call)
	}
	_ = resp.Body.Close()
	if b := got.Load(); b == nil || *b != "data" || handshakes.Load() != 1 || call.Count() != 1 || call.Attempt().Notes() != "sent 2 times by the transport" {
		t.Errorf("%d connections went away\n%s", handshakes.Load(), call)
	}
}

// goingAway starts a server whose first connection goes away. got is the last body that it has
// read.
func goingAway(t *testing.T) (base *http.Transport, url string, got *atomic.Pointer[string], handshakes *atomic.Int64) {
	t.Helper()
	got, handshakes = new(atomic.Pointer[string]), new(atomic.Int64)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got.Store(new(string(b)))
	}))
	server.EnableHTTP2 = true
	behind := make(chan net.Conn)
	server.Listener = &handed{Listener: server.Listener, conns: behind}
	server.StartTLS()
	t.Cleanup(server.Close)
	config := server.TLS.Clone()
	config.NextProtos = []string{"h2"}
	front := listen(t, func(n int, c net.Conn) {
		if n > 1 {
			behind <- c
			return
		}
		handshakes.Add(1)
		goAway(tls.Server(c, config))
	})
	base, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("a %T", server.Client().Transport)
	}
	return base, "https://" + front.Addr().String(), got, handshakes
}

// handed is a listener of connections that are passed to it.
type handed struct {
	net.Listener
	conns chan net.Conn
}

func (l *handed) Accept() (net.Conn, error) {
	done := make(chan error, 1)
	go func() {
		_, err := l.Listener.Accept() // ends when the listener is closed
		done <- err
	}()
	select {
	case c := <-l.conns:
		return c, nil
	case err := <-done:
		return nil, err
	}
}

// goAway reads a request of HTTP/2 and says that it will not look at it: the last stream
// that it has looked at is 0 (RFC 9113, section 6.8).
func goAway(c net.Conn) {
	defer c.Close()
	_, _ = c.Write([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00")) // SETTINGS
	r := bufio.NewReader(c)
	_, _ = r.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	data := 0
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(r, head); err != nil {
			return
		}
		n := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
		if _, err := r.Discard(n); err != nil {
			return
		}
		if head[3] == 0 { // DATA: the body is being read
			if data++; data == 1 {
				_, _ = io.Copy(c, strings.NewReader("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
				// A connection closed here would be reset by the rest of the body, and a client
				// whose write fails may not have read the frame yet.
				_, _ = io.Copy(io.Discard, r)
				return
			}
		}
	}
}

// The requests of a reverse proxy never have a GetBody.
func TestAPostThroughAReverseProxyIsSentAgain(t *testing.T) {
	noRoute := &net.OpError{Op: "dial", Err: errors.New("no route")}
	for name, first := range map[string]func(*http.Request) (*http.Response, error){
		"429":     func(req *http.Request) (*http.Response, error) { return rttest.Response(req, 429, ""), nil },
		"no dial": func(*http.Request) (*http.Response, error) { return nil, noRoute },
	} {
		var got []string
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(req.Body)
			_ = req.Body.Close()
			if got = append(got, string(b)); len(got) == 1 {
				return first(req)
			}
			return rttest.Response(req, 200, "done"), err
		})
		proxy := httptest.NewServer(&httputil.ReverseProxy{
			Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", "api.test" },
			Transport: retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base),
		})
		resp, err := http.Post(proxy.URL, "text/plain", strings.NewReader("data"))
		if err != nil {
			t.Fatal(err)
		}
		if text := rttest.Read(t, resp); resp.StatusCode != 200 || text != "done" || !slices.Equal(got, []string{"data", "data"}) {
			t.Errorf("%s: status %d, %q; sent %q", name, resp.StatusCode, text, got)
		}
		proxy.Close()
	}
}

// quic is what quic-go gives to a trace. It stands for a connection.
type quic struct{ net.Conn }

func (*quic) RemoteAddr() net.Addr { return &net.UDPAddr{} }

// quic-go has no type that the library could know, and it gives a connection to the trace before it
// finds out that it cannot use it.
func TestWhatHTTP3DoesNotProcessIsUnsent(t *testing.T) {
	for text, want := range map[string]int{
		"http3: parsing frame failed: H3_REQUEST_REJECTED":      3,
		"http3: conn unusable: connection in graceful shutdown": 3,
		"http3: parsing frame failed: H3_NO_ERROR":              1,
	} {
		_, call, err := post(t, rttest.Func(func(req *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(req.Context())
			for range 2 {
				trace.GetConn("api.test:443")
				trace.GotConn(httptrace.GotConnInfo{Conn: new(quic), Reused: true})
			}
			return nil, errors.New(text)
		}), "https://api.test/")
		if err == nil || call.Count() != want || strings.Contains(call.String(), "sent 2 times") {
			t.Errorf("%v, want %d attempts, each sent once\n%s", err, want, call)
		}
	}
}

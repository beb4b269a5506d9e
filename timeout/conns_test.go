package timeout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// kinds returns the ways in which a client may speak to a server.
func kinds() map[string]func(*http.Transport) {
	return map[string]func(*http.Transport){
		"HTTP/1.1":           nil,
		"HTTP/2":             func(*http.Transport) {},
		"HTTP/2 without TLS": func(b *http.Transport) { b.Protocols = unencrypted() },
	}
}

func unencrypted() *http.Protocols {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return p
}

// serve starts a server of the kind behind a hop, and returns a base and a URL that go
// through the hop.
func serve(t *testing.T, handler http.Handler, kind string) (*rttest.Hop, *http.Transport, string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(handler)
	scheme := "https://"
	switch kind {
	case "HTTP/2 without TLS":
		srv.Config.Protocols = unencrypted()
		srv.Start()
		scheme = "http://"
	default:
		srv.EnableHTTP2 = kind == "HTTP/2"
		srv.StartTLS()
	}
	base, ok := srv.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("a %T", srv.Client().Transport)
	}
	base = base.Clone()
	if set := kinds()[kind]; set != nil {
		set(base)
	}
	h := rttest.NewHop(t, srv.Listener.Addr().String())
	t.Cleanup(func() {
		base.CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	})
	return h, base, scheme + h.Addr().String()
}

// get returns the body of a response, or the error of the call.
func get(t *testing.T, rt http.RoundTripper, url string, set ...transport.Override) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(transport.With(t.Context(), set...), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// After an attempt that timed out, the next does not use the dead connection.
func TestTheAttemptAfterATimeoutGetsAnotherConnection(t *testing.T) {
	t.Parallel()
	for kind := range kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h, base, url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "here")
			}), kind)
			if kind == "HTTP/1.1" {
				rttest.Keep(t, base, url)
			} else {
				base = rttest.Share(t, base, url)
			}
			rt := timeout.PerAttempt(time.Minute).Wrap(base)
			if kind != "HTTP/1.1" { // the layer has seen the connection before
				if b, err := get(t, rt, url); err != nil || b != "here" {
					t.Fatalf("%q, %v", b, err)
				}
			}
			before := h.Dials()
			h.Swallow()
			if _, err := get(t, rt, url, timeout.PerAttempt(100*time.Millisecond)); !errors.Is(err, timeout.ErrAttempt) || errors.Is(err, net.ErrClosed) {
				t.Fatalf("over a dead connection: %v", err)
			}
			if b, err := get(t, rt, url); err != nil || b != "here" || h.Dials() != before+1 {
				t.Errorf("the second attempt: %q, %v, %d dials, %d before", b, err, h.Dials(), before)
			}
		})
	}
}

// A single route that hangs ends no call of another route on its connection, however silent that
// one is.
func TestARouteThatHangsEndsNoOtherCall(t *testing.T) {
	t.Parallel()
	const streams = 20
	for kind, set := range kinds() {
		if set == nil {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			finish := make(chan struct{})
			h, base, url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				switch req.URL.Path {
				case "/hangs":
					<-req.Context().Done()
				case "/stream":
					_ = http.NewResponseController(w).Flush()
					<-finish
					_, _ = io.WriteString(w, "end")
				}
			}), kind)
			base = rttest.Share(t, base, url)
			before := h.Dials()
			rt := timeout.PerAttempt(30 * time.Second).Wrap(base)
			short := timeout.PerAttempt(100 * time.Millisecond)
			var bodies []io.ReadCloser
			for range streams {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/stream", nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				bodies = append(bodies, resp.Body)
			}
			ends := make(chan error, streams)
			for _, b := range bodies {
				go func() {
					text, err := io.ReadAll(b)
					if err == nil && string(text) != "end" {
						err = fmt.Errorf("the body is %q", text)
					}
					ends <- err
				}()
			}
			for range 4 {
				req, err := http.NewRequestWithContext(short.Attach(t.Context()), http.MethodGet, url+"/hangs", nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := rt.RoundTrip(req); !errors.Is(err, timeout.ErrAttempt) {
					t.Errorf("the route that hangs: %v", err)
				}
			}
			close(finish)
			for range streams {
				if err := <-ends; err != nil {
					t.Errorf("a stream was cut: %v", err)
				}
			}
			if n := h.Dials(); n != before {
				t.Errorf("%d dials, %d before", n, before)
			}
		})
	}
}

// A stream that has said nothing for as long as an idle limit allows is no reason to keep a
// connection on which two attempts in a row timed out; before that it is one. Nor is it one to
// give up a connection whose other attempt has got a response meanwhile.
func TestADeadConnectionIsClosedUnderASilentStream(t *testing.T) {
	for name, c := range map[string]struct {
		gap    time.Duration // between the two attempts
		alive  bool          // whether something arrives between them
		closed bool
	}{
		"silent for long enough": {30 * time.Second, false, true},
		"silent for a moment":    {time.Second, false, false},
		"not silent":             {30 * time.Second, true, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer theirs.Close()
			first := true
			body := pauses(15*time.Second, time.Hour)
			rt := timeout.PerAttempt(time.Second).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: ours, Reused: !first})
				if !first {
					<-req.Context().Done()
					return nil, context.Cause(req.Context())
				}
				first = false
				resp := rttest.Response(req, 200, "")
				resp.ProtoMajor, resp.ProtoMinor, resp.Body = 2, 0, body
				return resp, nil
			}))
			stream, err := send(t, t.Context(), rt, http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			closed := func() bool { return errors.Is(ours.SetDeadline(time.Time{}), io.ErrClosedPipe) }
			ctx, trace := transport.WithTrace(t.Context())
			if _, err := send(t, ctx, rt, http.MethodGet); !errors.Is(err, timeout.ErrAttempt) || closed() {
				t.Errorf("%s: one attempt: %v, closed: %v", name, err, closed())
			}
			time.Sleep(c.gap)
			if c.alive {
				_, _ = stream.Body.Read(make([]byte, 1))
			}
			_, err = send(t, ctx, rt, http.MethodGet)
			if !errors.Is(err, timeout.ErrAttempt) || closed() != c.closed {
				t.Errorf("%s: two attempts: %v, closed: %v, want %v", name, err, closed(), c.closed)
			}
			if text := trace.Calls()[1].String(); strings.Contains(text, "connection closed: it received nothing") != c.closed {
				t.Errorf("%s: the ledger says %s", name, text)
			}
			_ = stream.Body.Close()
		})
	}
}

// Calls that do not go through the layer are not visible to it, but it knows that there are some.
func TestCallsThatTheLayerDoesNotSeeAreNotCut(t *testing.T) {
	finish := make(chan struct{})
	h, base, url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Hangs") != "" {
			<-req.Context().Done()
			return
		}
		if req.URL.Path == "/first" {
			return
		}
		_ = http.NewResponseController(w).Flush()
		<-finish
		_, _ = io.WriteString(w, "end")
	}), "HTTP/2")
	base = rttest.Share(t, base, url+"/first")
	before := h.Dials()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := base.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	hangs := req.Clone(t.Context())
	hangs.Header.Set("Hangs", "yes")
	for range 2 {
		if _, err := timeout.PerAttempt(50 * time.Millisecond).Wrap(base).RoundTrip(hangs); !errors.Is(err, timeout.ErrAttempt) {
			t.Error(err)
		}
	}
	close(finish)
	if b, err := io.ReadAll(resp.Body); string(b) != "end" || h.Dials() != before {
		t.Errorf("%q, %v, %d dials, %d before", b, err, h.Dials(), before)
	}
}

// Once the time of an attempt is over, net/http must not send it again by itself, as it does over
// HTTP/1 when a connection is closed that has been used before.
func TestNothingIsSentAfterTheLimit(t *testing.T) {
	var arrived atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer srv.Close()
	h := rttest.NewHop(t, srv.Listener.Addr().String())
	base := new(http.Transport)
	defer base.CloseIdleConnections()
	url := "http://" + h.Addr().String()
	rttest.Keep(t, base, url)
	before := arrived.Load()
	h.Swallow()
	if _, err := get(t, timeout.PerAttempt(100*time.Millisecond).Wrap(base), url); !errors.Is(err, timeout.ErrAttempt) {
		t.Error(err)
	}
	if n := arrived.Load() - before; n != 0 {
		t.Errorf("%d requests arrived, want none", n)
	}
}

// net/http sends a request again if its connection was closed. Between getting the next connection
// and writing to it, it does not look at the context.
func TestAConnectionThatComesTooLateIsClosed(t *testing.T) {
	for name, c := range map[string]struct {
		info   httptrace.GotConnInfo
		before string // what has been learned: the protocol of a response without TLS
		closed bool
	}{
		"a new one":                   {httptrace.GotConnInfo{}, "", true},
		"one that was idle":           {httptrace.GotConnInfo{Reused: true, WasIdle: true}, "", true},
		"one that others may be on":   {httptrace.GotConnInfo{Reused: true}, "", false},
		"one of HTTP/1":               {httptrace.GotConnInfo{Reused: true}, "HTTP/1.1", true},
		"one of HTTP/2, which looks":  {httptrace.GotConnInfo{}, "HTTP/2.0", false},
		"one of HTTP/2 that was idle": {httptrace.GotConnInfo{Reused: true, WasIdle: true}, "HTTP/2.0", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dead, a := net.Pipe()
				late, b := net.Pipe()
				defer a.Close()
				defer b.Close()
				rt := timeout.PerAttempt(time.Second).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
					trace := httptrace.ContextClientTrace(req.Context())
					trace.GotConn(httptrace.GotConnInfo{Conn: dead, Reused: true, WasIdle: true})
					if req.Header.Get("Learn") != "" {
						resp := rttest.Response(req, 200, "")
						resp.ProtoMajor, resp.ProtoMinor, _ = http.ParseHTTPVersion(c.before)
						return resp, nil
					}
					time.Sleep(2 * time.Second)
					info := c.info
					info.Conn = late
					trace.GotConn(info)
					return nil, context.Cause(req.Context())
				}))
				if c.before != "" {
					req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rttest.URL, http.NoBody)
					if err != nil {
						t.Fatal(err)
					}
					req.Header.Set("Learn", "yes")
					resp, err := rt.RoundTrip(req)
					if err != nil {
						t.Fatal(err)
					}
					rttest.Read(t, resp)
				}
				if _, err := get(t, rt, rttest.URL); !errors.Is(err, timeout.ErrAttempt) {
					t.Error(err)
				}
				go func() { _, _ = b.Read(make([]byte, 1)) }()
				if _, err := late.Write([]byte("a")); errors.Is(err, io.ErrClosedPipe) != c.closed {
					t.Errorf("a write to the late connection: %v, want it closed: %v", err, c.closed)
				}
			})
		})
	}
}

// A base that does not notice that its connection was closed is ended by the context a moment
// later.
func TestABaseThatDoesNotNoticeIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		rt := timeout.PerAttempt(time.Second).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: ours})
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		}))
		begin := time.Now()
		_, err := get(t, rt, rttest.URL)
		if _, closed := ours.Write(nil); !errors.Is(err, timeout.ErrAttempt) || !errors.Is(closed, io.ErrClosedPipe) {
			t.Errorf("%v, a write to the connection: %v", err, closed)
		}
		if d := time.Since(begin); d != 1100*time.Millisecond {
			t.Errorf("after %s", d)
		}
	})
}

// What an attempt received on a previous connection says nothing about its current one.
func TestAnAttemptThatIsSentAgainIsJudgedByItsLastConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, a := net.Pipe()
		last, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		rt := timeout.PerAttempt(time.Second).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(req.Context())
			trace.GotConn(httptrace.GotConnInfo{Conn: first})
			trace.GotFirstResponseByte()
			trace.GotConn(httptrace.GotConnInfo{Conn: last})
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		}))
		if _, err := get(t, rt, rttest.URL); !errors.Is(err, timeout.ErrAttempt) {
			t.Error(err)
		}
		go func() { _, _ = a.Read(make([]byte, 1)) }()
		_, open := first.Write([]byte("a"))
		_, closed := last.Write([]byte("a"))
		if open != nil || !errors.Is(closed, io.ErrClosedPipe) {
			t.Errorf("writes to the first and the last connection: %v, %v", open, closed)
		}
	})
}

// quicConn is what an HTTP/3 base gives to a trace: no net.Conn, but what stands for one. Of quic-go
// every method but the addresses panics.
type quicConn struct {
	net.Conn
	closed chan<- struct{}
}

func (quicConn) RemoteAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func (c quicConn) Close() error {
	c.closed <- struct{}{}
	return nil
}

// A connection of QUIC is that of its base alone, whether the attempt got it ahead of its limit or
// past it, and whatever the protocol of other bases.
func TestAConnectionOfQUICIsNotClosed(t *testing.T) {
	for _, proto := range []int{0, 1, 2, 3} {
		for _, connected := range []time.Duration{0, 2 * time.Second} {
			t.Run(fmt.Sprintf("after HTTP/%d, connected after %s", proto, connected), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					closed := make(chan struct{}, 1)
					rt := timeout.PerAttempt(time.Second).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
						trace := httptrace.ContextClientTrace(req.Context())
						if req.Header.Get("Learn") != "" {
							a, _ := net.Pipe()
							trace.GotConn(httptrace.GotConnInfo{Conn: a})
							resp := rttest.Response(req, 200, "")
							resp.ProtoMajor, resp.ProtoMinor = proto, 0
							return resp, nil
						}
						time.Sleep(connected)
						trace.GotConn(httptrace.GotConnInfo{Conn: &quicConn{closed: closed}})
						<-req.Context().Done()
						return nil, context.Cause(req.Context())
					}))
					if proto > 0 {
						req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rttest.URL, http.NoBody)
						if err != nil {
							t.Fatal(err)
						}
						req.Header.Set("Learn", "yes")
						resp, err := rt.RoundTrip(req)
						if err != nil {
							t.Fatal(err)
						}
						rttest.Read(t, resp)
					}
					ctx, trace := transport.WithTrace(t.Context())
					req, err := http.NewRequestWithContext(ctx, http.MethodGet, rttest.URL, http.NoBody)
					if err != nil {
						t.Fatal(err)
					}
					if resp, err := rt.RoundTrip(req); !errors.Is(err, timeout.ErrAttempt) {
						t.Errorf("%v, %v", resp, err)
					}
					if notes := trace.Calls()[0].Attempt().Notes(); len(closed) > 0 || notes != "" {
						t.Errorf("closed %d times, noted %q", len(closed), notes)
					}
				})
			})
		}
	}
}

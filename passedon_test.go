package gracy_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
)

// A listener of one connection.
type once struct {
	conn chan net.Conn
	done chan struct{}
	end  func()
}

func listenOnce(conn net.Conn) *once {
	l := &once{conn: make(chan net.Conn, 1), done: make(chan struct{})}
	l.conn <- conn
	l.end = sync.OnceFunc(func() { close(l.done) })
	return l
}

func (l *once) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conn:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *once) Close() error   { l.end(); return nil }
func (l *once) Addr() net.Addr { return &net.UnixAddr{Name: "once", Net: "unix"} }

// A handler passes on the body of its request, and its client sends no more of it. Over HTTP/1 net/http waits for
// the Read of that body, and so does its Close. What ends the Read ends the call.
func TestACallWithTheBodyOfAStalledRequest(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(*http.Server, *http.ResponseController)
		ends bool
	}{
		{"a cancel, the control", func(*http.Server, *http.ResponseController) {}, false},
		{"Server.Close", func(s *http.Server, _ *http.ResponseController) { _ = s.Close() }, true},
		{"SetReadDeadline", func(_ *http.Server, c *http.ResponseController) { _ = c.SetReadDeadline(time.Now()) }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := &http.Client{Transport: gracy.Around(&http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				conn, far := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, far) }()
				return conn, nil
			}}, retry.New(retry.Policy{}))}
			ctx, cancel := context.WithCancel(t.Context())
			returned := make(chan error, 1)
			control := make(chan *http.ResponseController, 1)
			server := &http.Server{
				BaseContext: func(net.Listener) context.Context { return ctx },
				Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					control <- http.NewResponseController(w)
					req, err := http.NewRequestWithContext(r.Context(), http.MethodPut, "http://api.test/x", r.Body)
					if err == nil {
						_, err = client.Do(req)
					}
					returned <- err
				}),
			}
			near, conn := net.Pipe()
			listener := listenOnce(conn)
			go func() { _ = server.Serve(listener) }()
			go func() { _, _ = io.Copy(io.Discard, near) }()
			if _, err := io.WriteString(near, "PUT / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 1000\r\n\r\nhalf"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			cancel()
			time.Sleep(time.Minute)
			test.end(server, <-control)
			synctest.Wait()
			select {
			case err := <-returned:
				if !test.ends || !errors.Is(err, context.Canceled) {
					t.Errorf("%s: the call ended with %v", test.name, err)
				}
			default:
				if test.ends {
					t.Errorf("%s: the call goes on", test.name)
				}
			}
			_ = near.Close()
			_ = server.Close()
			client.CloseIdleConnections()
			time.Sleep(time.Second) // a server waits half a second before it closes a connection with an unread request
		})
	}
}

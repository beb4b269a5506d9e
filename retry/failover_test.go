package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// failover is a foreign layer that sends what failed to another base.
type failover struct {
	next, other http.RoundTripper
	instead     func(first, second error) error // what is returned if both failed
}

func (f failover) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, first := f.next.RoundTrip(req)
	if first == nil {
		return resp, nil
	}
	again := req.Clone(req.Context())
	again.Body, _ = req.GetBody()
	resp, second := f.other.RoundTrip(again)
	if second == nil {
		return resp, nil
	}
	return nil, f.instead(first, second)
}

func (f failover) Unwrap() http.RoundTripper { return f.next }

// around is a foreign layer that returns what it got.
type around struct{ http.RoundTripper }

func (a around) Unwrap() http.RoundTripper { return a.RoundTripper }

// open is the error of a circuit breaker, which may let the next request pass.
type open struct{}

func (open) Error() string        { return "breaker: open" }
func (open) Is(target error) bool { return target == verdict.ErrRejected }
func (open) Retryable() bool      { return true }

// That a layer rejected a request, or could not connect, says nothing of another base to which a foreign layer has sent
// it. If it was lost there, the error is about that, and the request is not sent again.
func TestAPostThatAForeignLayerSentElsewhereIsAmbiguous(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	second := func(_, second error) error { return second }
	both := func(first, second error) error { return errors.Join(first, second) }
	for name, c := range map[string]struct {
		reject  error // the error of a layer, or nil if the base cannot connect
		traced  bool  // whether the other base calls the trace
		instead func(first, second error) error
	}{
		"rejected":               {rttest.ErrBoom, false, second},
		"rejected, traced":       {rttest.ErrBoom, true, second},
		"rejected, both":         {rttest.ErrBoom, false, both},
		"rejected, both wrapped": {rttest.ErrBoom, false, func(a, b error) error { return fmt.Errorf("%w, then %w", a, b) }},
		"breaker, both":          {open{}, false, both},
		"not connected":          {nil, false, second},
		"not connected, both":    {nil, false, both},
		"not connected, traced":  {nil, true, second},
	} {
		sent := 0
		other := rttest.Func(func(req *http.Request) (*http.Response, error) {
			sent++
			if tr := httptrace.ContextClientTrace(req.Context()); tr != nil && c.traced {
				tr.GetConn("b.test:80")
				tr.GotConn(httptrace.GotConnInfo{Conn: new(net.TCPConn)})
			}
			_, _ = io.Copy(io.Discard, req.Body)
			return nil, io.ErrUnexpectedEOF
		})
		first := &rttest.Layer{Name: "first", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if c.reject == nil {
				return next.RoundTrip(req)
			}
			return layer.Reject(req, c.reject)
		}}
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(req.Context()).GetConn("a.test:80")
			return nil, dial
		})
		for _, mark := range []bool{false, true} {
			sent = 0
			ctx, trace := transport.WithTrace(t.Context())
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, rttest.URL, strings.NewReader("order"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = retry.New(retry.Policy{Delay: retry.NoDelay, MarkAmbiguous: mark}).Wrap(failover{first.Wrap(base), other, c.instead}).RoundTrip(req)
			if sent != 1 || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: sent %d times, want once: %v\n%s", name, sent, err, trace.Calls()[0])
			}
			if rejected := errors.Is(err, verdict.ErrRejected); !rejected && errors.Is(err, retry.ErrAmbiguous) != mark {
				t.Errorf("%s: %v, marked %v", name, err, mark)
			}
		}
	}
}

// What is certain stays so if a foreign layer wraps the error, or fails in the same way elsewhere.
func TestAPostThatWasNotSentElsewhereIsSentAgain(t *testing.T) {
	for name, instead := range map[string]func(error) error{
		"as it is": func(err error) error { return err },
		"wrapped":  func(err error) error { return fmt.Errorf("no server: %w", err) },
	} {
		tried := 0
		full := &rttest.Layer{Name: "full", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
			tried++
			return layer.Reject(req, rttest.ErrBoom)
		}}
		base := failover{full.Wrap(rttest.Respond(200, "")), rttest.Fail(rttest.ErrBoom), func(first, _ error) error { return instead(first) }}
		_, _, err := do(t, retry.Policy{MarkAmbiguous: true, Delay: retry.NoDelay}, base, request(t, t.Context(), http.MethodPost, strings.NewReader("order")))
		if tried != 3 || errors.Is(err, retry.ErrAmbiguous) {
			t.Errorf("%s: tried %d times, want 3: %v", name, tried, err)
		}
	}
}

// That the last request of an attempt was not sent says nothing of one that a foreign layer had sent before.
func TestAPostThatAForeignLayerSentBeforeIsAmbiguous(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	base := &script{steps: []step{fails(io.EOF), fails(dial)}}
	first := rttest.Pass("first").Wrap(base)
	_, call, err := do(t, retry.Policy{MarkAmbiguous: true, Delay: retry.NoDelay}, failover{first, first, func(_, second error) error { return second }},
		request(t, t.Context(), http.MethodPost, strings.NewReader("order")))
	if len(base.sent) != 2 || !errors.Is(err, retry.ErrAmbiguous) {
		t.Errorf("sent %d times, want twice: %v\n%s", len(base.sent), err, call)
	}
}

// A base may be a client that follows redirects. That it could not connect to what a POST has made does not mean that the
// POST was not sent.
func TestAPostThatWasRedirectedWasSent(t *testing.T) {
	posts := 0
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		posts++
		http.Redirect(w, r, gone.URL, http.StatusSeeOther)
	}))
	defer server.Close()
	for name, layers := range map[string]func(http.RoundTripper) http.RoundTripper{
		"client": func(rt http.RoundTripper) http.RoundTripper { return follower{&http.Client{Transport: rt}} },
		"client, visible": func(rt http.RoundTripper) http.RoundTripper {
			return visible{follower{&http.Client{Transport: rt}}, rt}
		},
		"client, hidden": func(rt http.RoundTripper) http.RoundTripper {
			return follower{&http.Client{Transport: rttest.Pass("a").Wrap(rt)}}
		},
		"client, layer": func(rt http.RoundTripper) http.RoundTripper {
			rt = rttest.Pass("a").Wrap(rt)
			return visible{follower{&http.Client{Transport: rt}}, rt}
		},
	} {
		posts = 0
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("order"))
		if err != nil {
			t.Fatal(err)
		}
		base := new(http.Transport)
		_, err = retry.New(retry.Policy{Delay: retry.NoDelay, MarkAmbiguous: true}).Wrap(layers(base)).RoundTrip(req)
		if posts != 1 || !errors.Is(err, retry.ErrAmbiguous) {
			t.Errorf("%s: sent %d times, want once: %v", name, posts, err)
		}
		base.CloseIdleConnections()
	}
}

// follower is a client as a round tripper.
type follower struct{ client *http.Client }

func (f follower) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.RequestURI = ""
	return f.client.Do(req)
}

// visible shows the stack inside a foreign layer.
type visible struct {
	http.RoundTripper
	inner http.RoundTripper
}

func (v visible) Unwrap() http.RoundTripper { return v.inner }

// Nor does it matter whether there is another foreign layer around, which returns what it got.
func TestAPostThatAForeignLayerInsideAnotherOneSentElsewhereIsAmbiguous(t *testing.T) {
	sent := 0
	other := rttest.Func(func(*http.Request) (*http.Response, error) {
		sent++
		return nil, io.ErrUnexpectedEOF
	})
	full := &rttest.Layer{Name: "full", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, rttest.ErrBoom)
	}}
	second := func(_, second error) error { return second }
	inner := rttest.Pass("inner").Wrap(failover{full.Wrap(rttest.Respond(200, "")), other, second})
	_, call, err := do(t, retry.Policy{MarkAmbiguous: true, Delay: retry.NoDelay}, around{inner},
		request(t, t.Context(), http.MethodPost, strings.NewReader("order")))
	if sent != 1 || !errors.Is(err, retry.ErrAmbiguous) {
		t.Errorf("sent %d times, want once: %v\n%s", sent, err, call)
	}
}

// A limit around the foreign layer may return its own error in place of that of the context.
func TestAPostThatEndedInAQueueInsideAForeignLayerWasNotSent(t *testing.T) {
	full := &rttest.Layer{Name: "full", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, context.DeadlineExceeded)
	}}
	tried := 0
	limit := &rttest.Layer{Name: "limit", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		tried++
		_, _ = next.RoundTrip(req)
		return nil, rttest.ErrBoom
	}}
	_, call, err := do(t, retry.Policy{MarkAmbiguous: true, Delay: retry.NoDelay}, limit.Wrap(around{full.Wrap(rttest.Respond(200, ""))}),
		request(t, t.Context(), http.MethodPost, strings.NewReader("order")))
	if tried != 3 || errors.Is(err, retry.ErrAmbiguous) {
		t.Errorf("tried %d times, want 3: %v\n%s", tried, err, call)
	}
}

// A foreign layer may return while what it has sent is still on its way back from a queue, because another request failed.
func TestAPostThatAForeignLayerSentElsewhereMeanwhileIsAmbiguous(t *testing.T) {
	rejected, returned := make(chan struct{}, 1), make(chan struct{})
	slow := &rttest.Layer{Name: "slow", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		rejected <- struct{}{}
		<-returned
		return resp, err
	}}
	full := &rttest.Layer{Name: "full", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, rttest.ErrBoom)
	}}
	stack := slow.Wrap(full.Wrap(rttest.Respond(200, "")))
	late := meanwhile{stack, rejected}
	_, call, err := do(t, retry.Policy{MarkAmbiguous: true, Delay: retry.NoDelay}, late, request(t, t.Context(), http.MethodPost, strings.NewReader("order")))
	close(returned)
	if !errors.Is(err, retry.ErrAmbiguous) {
		t.Errorf("%v\n%s", err, call)
	}
}

// meanwhile is a foreign layer that has sent a request elsewhere, where it was lost, when begun says so.
type meanwhile struct {
	next  http.RoundTripper
	begun <-chan struct{}
}

func (m meanwhile) RoundTrip(req *http.Request) (*http.Response, error) {
	go func() { _, _ = m.next.RoundTrip(req.Clone(req.Context())) }()
	<-m.begun
	return nil, io.ErrUnexpectedEOF
}

func (m meanwhile) Unwrap() http.RoundTripper { return m.next }

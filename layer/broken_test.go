package layer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// half is a base whose bodies end with err after five bytes.
func half(status int, err error) http.RoundTripper {
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := rttest.Response(req, status, "")
		resp.Body = struct { // without WriteTo, like that of net/http
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader("half,"), iotest.ErrReader(err)), io.NopCloser(nil)}
		return resp, nil
	})
}

func TestABodyThatBreaksOffIsObserved(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context //nolint:containedctx // that of the call
		status int
		err    error
		broken bool
		left   bool // the row says that the caller canceled
	}{
		{"a lost connection", t.Context(), 200, io.ErrUnexpectedEOF, true, false},
		{"a timeout", t.Context(), 200, context.DeadlineExceeded, true, false},
		{"an error of the server", t.Context(), 503, io.ErrUnexpectedEOF, true, false},
		{"a 403, whose start is read before it is returned", t.Context(), 403, io.ErrUnexpectedEOF, true, false},
		{"a 429 of a call that is canceled", canceled, 429, io.ErrUnexpectedEOF, false, true},
		{"the end", t.Context(), 200, io.EOF, false, false},
		{"a request that a layer has canceled", t.Context(), 200, context.Canceled, true, false},
		{"a call that is canceled", canceled, 200, io.ErrUnexpectedEOF, false, true},
		{"an upgraded connection", t.Context(), http.StatusSwitchingProtocols, io.ErrUnexpectedEOF, false, false},
	} {
		events := rttest.NewEvents(layer.BodyLost)
		resp := rttest.Get(c.ctx, t, rttest.Stack(half(c.status, c.err), events, rttest.Pass("inner")))
		for range 2 { // the second Read is of a body that has ended
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		_ = resp.Body.Close()
		seen := events.Seen()
		if (len(seen) == 1) != c.broken || c.broken && (!errors.Is(seen[0].Err, c.err) || seen[0].Attempt.Bytes() != 5) {
			t.Errorf("%s: %d events, want one: %t", c.name, len(seen), c.broken)
		}
		ledger := layer.CallOf(resp).String()
		if strings.Contains(ledger, "the body broke off") != c.broken || strings.Contains(ledger, "the caller canceled in the body") != c.left {
			t.Errorf("%s: the ledger is\n%s", c.name, ledger)
		}
	}
}

// What a layer reads before the call returns is an outcome or was discarded, and a body that is closed
// has not broken off.
func TestABodyThatIsNotTheCallersDoesNotBreakOff(t *testing.T) {
	events := rttest.NewEvents(layer.BodyLost)
	reads := &rttest.Layer{Name: "reads", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		return resp, err
	}}
	resp := rttest.Get(t.Context(), t, rttest.Stack(half(200, io.ErrUnexpectedEOF), events, reads, holding(new(countingHold))))
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	resp = rttest.Get(t.Context(), t, rttest.Stack(half(200, io.ErrUnexpectedEOF), events))
	_ = resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	if seen := events.Seen(); len(seen) > 0 {
		t.Errorf("%d events, the first with %v", len(seen), seen[0].Err)
	}
}

// A hedge may read what it throws away. The caller has the other response, which is whole.
func TestTheBodyOfALoserDoesNotBreakOff(t *testing.T) {
	events := rttest.NewEvents(layer.BodyLost)
	var lost *http.Response
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		lost, _ = send(first, req, next)
		first.End(lost, nil)
		resp, err := send(second, req, next)
		second.End(resp, err)
		return resp, err
	}}
	outcomes := []http.RoundTripper{half(200, context.Canceled), rttest.Respond(200, "whole")}
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		outcome := outcomes[0]
		outcomes = outcomes[1:]
		return outcome.RoundTrip(req)
	})
	resp := rttest.Get(t.Context(), t, rttest.Stack(base, events, rttest.Pass("outer"), hedge, holding(new(countingHold))))
	if _, err := io.Copy(io.Discard, lost.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("the body of the loser ends with %v", err)
	}
	_ = lost.Body.Close()
	if text, err := io.ReadAll(resp.Body); string(text) != "whole" || err != nil {
		t.Errorf("the caller reads %q, %v", text, err)
	}
	if seen := events.Seen(); len(seen) > 0 {
		t.Errorf("%d events, the first with %v", len(seen), seen[0].Err)
	}
}

// The deprecated Cancel is obeyed by net/http, and closed by http.Client at its Timeout.
func TestABodyThatCancelEndsDoesNotBreakOff(t *testing.T) {
	events := rttest.NewEvents(layer.BodyLost)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	canceled := make(chan struct{})
	req.Cancel = canceled //nolint:staticcheck // deprecated, and still obeyed by http.Transport
	resp, err := rttest.Stack(half(200, io.ErrUnexpectedEOF), events).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	close(canceled)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if seen := events.Seen(); len(seen) > 0 {
		t.Errorf("%d events, the first with %v", len(seen), seen[0].Err)
	}
}

// together is a body whose reads end at the same time.
type together struct {
	reads sync.WaitGroup
	end   chan struct{}
}

func (b *together) Close() error { return nil }

func (b *together) Read([]byte) (int, error) {
	b.reads.Done()
	<-b.end
	return 0, io.ErrUnexpectedEOF
}

func TestABodyBreaksOffOnce(t *testing.T) {
	for range 500 {
		events, both := rttest.NewEvents(layer.BodyLost), &together{end: make(chan struct{})}
		both.reads.Add(2)
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp := rttest.Response(req, 200, "")
			resp.Body = both
			return resp, nil
		}), events))
		var reads sync.WaitGroup
		for range 2 {
			reads.Go(func() { _, _ = resp.Body.Read(make([]byte, 1)) })
		}
		both.reads.Wait()
		close(both.end)
		reads.Wait()
		_ = resp.Body.Close()
		if seen := events.Seen(); len(seen) != 1 {
			t.Fatalf("%d events, want one", len(seen))
		}
	}
}

// pushing is a body with a WriteTo that ends with err.
type pushing struct {
	io.ReadCloser
	err error
}

func (b pushing) WriteTo(dst io.Writer) (int64, error) {
	n, err := io.WriteString(dst, "half,")
	if err == nil {
		err = b.err
	}
	return int64(n), err
}

func TestABodyThatBreaksOffInWriteToIsObserved(t *testing.T) {
	full, out := io.Pipe()
	_ = full.Close()
	for _, c := range []struct {
		name   string
		err    error
		dst    io.Writer
		broken int
	}{
		{"the source fails", io.ErrUnexpectedEOF, io.Discard, 1},
		{"the destination fails", io.ErrUnexpectedEOF, out, 0},
		{"neither", nil, io.Discard, 0},
	} {
		events := rttest.NewEvents(layer.BodyLost)
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp := rttest.Response(req, 200, "")
			resp.Body = pushing{resp.Body, c.err}
			return resp, nil
		}), events))
		_, _ = io.Copy(struct{ io.Writer }{c.dst}, resp.Body)
		_ = resp.Body.Close()
		if seen := events.Seen(); len(seen) != c.broken || c.broken > 0 && !errors.Is(seen[0].Err, c.err) {
			t.Errorf("%s: %d events, want %d", c.name, len(seen), c.broken)
		}
	}
}

// The read that is in progress when the read ahead gives up ends later. Its error is that of whoever reads the rest.
func TestABodyThatBreaksOffAfterItsStartWasReadAhead(t *testing.T) {
	for reads, want := range map[bool]int{true: 1, false: 0} {
		synctest.Test(t, func(t *testing.T) {
			events := rttest.NewEvents(layer.BodyLost)
			r, w := io.Pipe()
			time.AfterFunc(time.Minute, func() { _ = w.CloseWithError(io.ErrUnexpectedEOF) })
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
				resp := rttest.Response(req, 429, "")
				resp.Body, resp.ContentLength = r, -1
				return resp, nil
			}), events))
			time.Sleep(time.Hour)
			if reads {
				_, _ = io.Copy(io.Discard, resp.Body)
			}
			_ = resp.Body.Close()
			if seen := events.Seen(); len(seen) != want {
				t.Errorf("read %v: %d events, want %d", reads, len(seen), want)
			}
		})
	}
}

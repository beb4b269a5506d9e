package parse_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestATransportErrorKeepsItsCause(t *testing.T) {
	cause := &net.OpError{Op: "dial", Net: "tcp", Err: rttest.ErrBoom}
	for _, layers := range []bool{false, true} {
		_, client := serve(t, reply{err: cause})
		want := "GET https://api.test/v2/pokemon/25: dial tcp: boom"
		if layers {
			client = retrying(client, 2)
			want = "GET /v2/pokemon/{id}: dial tcp: boom after 2 attempts"
		}
		_, err := parse.Get[pokemon](t.Context(), client, url)
		pe, ok := errors.AsType[*parse.Error](err)
		if !ok || !errors.Is(err, rttest.ErrBoom) || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
		if (pe.Call != nil) != layers || layers && pe.Call.Count() != 2 {
			t.Errorf("call %v", pe.Call)
		}
		if oe, ok := errors.AsType[*net.OpError](err); !ok || oe != cause {
			t.Errorf("%v lost the OpError", err)
		}
	}
}

// The error of a retry layer says how many attempts there were; the text says it once.
func TestTheTextSaysOnceHowManyAttemptsThereWere(t *testing.T) {
	_, client := serve(t, reply{err: errors.New("retry: 2 attempts in 1s: boom")})
	_, err := parse.Get[pokemon](t.Context(), retrying(client, 2), url)
	if want := "GET /v2/pokemon/{id}: retry: 2 attempts in 1s: boom"; err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestAnErrorFindsItsCallInASharedTrace(t *testing.T) {
	// The caller's own trace gets the call, and the error finds its own among many.
	_, ok := serve(t, reply{status: 200, body: pikachu})
	_, bad := serve(t, reply{err: rttest.ErrBoom})
	ctx, trace := transport.WithTrace(t.Context())
	_, err := parse.Get[pokemon](ctx, retrying(bad, 2), url)
	if _, err := parse.Get[pokemon](ctx, retrying(ok, 1), url); err != nil {
		t.Fatal(err)
	}
	pe, _ := errors.AsType[*parse.Error](err)
	if calls := trace.Calls(); len(calls) != 2 || pe.Call != calls[0] {
		t.Errorf("%d calls, the error has %v", len(trace.Calls()), pe.Call)
	}
}

// Two calls share a trace. The first one fails after the second.
func TestAnErrorHasItsOwnCallOfAConcurrentTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, trace := transport.WithTrace(t.Context())
		fail := func(after time.Duration) *parse.Error {
			client := &http.Client{Transport: rttest.Retry(1).Wrap(rttest.Func(func(*http.Request) (*http.Response, error) {
				time.Sleep(after)
				return nil, rttest.ErrBoom
			}))}
			_, err := parse.Get[pokemon](ctx, client, url)
			pe, _ := errors.AsType[*parse.Error](err)
			return pe
		}
		first := make(chan *parse.Error)
		go func() { first <- fail(2 * time.Second) }()
		synctest.Wait()
		second := fail(time.Second)
		if calls, own := trace.Calls(), <-first; len(calls) != 2 || own.Call != calls[0] || second.Call != calls[1] {
			t.Errorf("of the calls %v the errors have %v and %v", calls, own.Call, second.Call)
		}
	})
}

func TestATimeoutIsReportedAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := rttest.Func(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		})
		for _, layers := range []bool{false, true} {
			client := &http.Client{Transport: slow}
			if layers {
				client = retrying(client, 1)
			}
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, rttest.ErrBoom)
			_, err := parse.Get[pokemon](ctx, client, url)
			cancel()
			pe, ok := errors.AsType[*parse.Error](err)
			if !ok || !pe.Timeout() || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, rttest.ErrBoom) {
				t.Errorf("deadline: %v", err)
			}
			// Client.Timeout is a timeout too, and no end of the caller's context.
			client.Timeout = time.Second
			_, err = parse.Get[pokemon](t.Context(), client, url)
			if pe, ok := errors.AsType[*parse.Error](err); !ok || !pe.Timeout() {
				t.Errorf("Client.Timeout: %v", err)
			}
		}
		_, client := serve(t, reply{err: rttest.ErrBoom})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		if pe, _ := errors.AsType[*parse.Error](err); pe.Timeout() {
			t.Errorf("%v is no timeout", err)
		}
	})
}

// Each error matches its sentinel, what it says of the request, and nothing else.
func TestAnErrorMatchesWhatItSaysAndNothingElse(t *testing.T) {
	sentinels := []error{
		parse.ErrArgument, parse.ErrDecode, parse.ErrTooLarge, parse.ErrEmpty, verdict.ErrRejected, context.Canceled, context.DeadlineExceeded, parse.Status(500),
	}
	for _, tt := range []struct {
		err  error
		want []error
	}{
		{&parse.ArgError{Err: rttest.ErrBoom}, []error{parse.ErrArgument, verdict.ErrRejected, rttest.ErrBoom}},
		{&parse.MissingLayerError{}, []error{verdict.ErrRejected}},
		{&parse.DecodeError{Err: parse.ErrEmpty}, []error{parse.ErrDecode, parse.ErrEmpty}},
		{&parse.TooLargeError{}, []error{parse.ErrTooLarge}},
		{&parse.StatusError{Status: 500}, []error{parse.Status(500)}},
		{&parse.Error{Err: rttest.ErrBoom}, []error{rttest.ErrBoom}},
	} {
		for _, target := range append(sentinels, rttest.ErrBoom) {
			if got, want := errors.Is(tt.err, target), slices.Contains(tt.want, target); got != want {
				t.Errorf("%T matches %v: %v, want %v", tt.err, target, got, want)
			}
		}
	}
	// The error of a context is matched by a call that it has ended, and no other.
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(rttest.ErrBoom)
	_, err := parse.Get[pokemon](ctx, http.DefaultClient, url)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, rttest.ErrBoom) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) {
		t.Errorf("a canceled call: %v", err)
	}
}

func TestTheTextOfATooLargeErrorSaysWhatIsTooLarge(t *testing.T) {
	for want, e := range map[string]parse.TooLargeError{
		"GET /x: the body is longer than MaxBytes, 7 bytes":            {},
		"GET /x: a line or event is longer than MaxBytes, 7 bytes":     {Item: true},
		"GET /x: the decoded body takes more than MaxDecoded, 7 bytes": {Decoded: true},
	} {
		if e.Route, e.Limit = "GET /x", 7; e.Error() != want {
			t.Errorf("%q, want %q", e.Error(), want)
		}
	}
}

// A body that ends with its context is an error of the call, like one that breaks off.
func TestABodyThatTheContextEndsIsAnErrorOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, rttest.ErrBoom)
		defer cancel()
		r := readerFunc(func([]byte) (int, error) {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		})
		_, client := serve(t, reply{status: 200, reader: r})
		_, err := parse.Get[pokemon](ctx, retrying(client, 2), url)
		pe, ok := errors.AsType[*parse.Error](err)
		if !ok || !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, context.DeadlineExceeded) || !pe.Timeout() || pe.Call.Count() != 1 {
			t.Errorf("%v", err)
		}
		if want := "GET /v2/pokemon/{id}: read the body: boom"; err.Error() != want {
			t.Errorf("text %q, want %q", err, want)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestABodyThatBreaksOffIsNoDecodeError(t *testing.T) {
	for typ, start := range map[string]string{"application/json": `{"id":2`, "text/html": ""} { // whether there is a decoder or not
		r := io.MultiReader(strings.NewReader(start), iotest.ErrReader(io.ErrUnexpectedEOF))
		_, client := serve(t, reply{status: 200, typ: typ, reader: r})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		if pe, ok := errors.AsType[*parse.Error](err); !ok || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, parse.ErrDecode) {
			t.Errorf("%v (%v): a body that broke off is no decode error", err, pe)
		}
	}
}

package parse_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
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

func TestABodyThatBreaksOffIsNoDecodeError(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`{"id":2`), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, client := serve(t, reply{status: 200, reader: r})
	_, err := parse.Get[pokemon](t.Context(), client, url)
	if pe, ok := errors.AsType[*parse.Error](err); !ok || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, parse.ErrDecode) {
		t.Errorf("%v (%v): a body that broke off is no decode error", err, pe)
	}
}

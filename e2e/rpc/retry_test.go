package rpc

import (
	"context"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// The status of gRPC and gRPC-Web is in trailers, and the response a 200: a success for all layers.
// That of a unary call of Connect is a status of HTTP, so the call is retried if that is safe.
func TestWhichFailuresAreRetried(t *testing.T) {
	for name, c := range map[string]struct {
		option  connect.ClientOption
		safe    bool
		arrives int64
	}{
		"gRPC":                   {connect.WithGRPC(), true, 1},
		"gRPC-Web":               {connect.WithGRPCWeb(), true, 1},
		"Connect":                {connect.WithClientOptions(), false, 1},
		"Connect, declared safe": {connect.WithClientOptions(), true, 3},
		"Connect by GET":         {connect.WithClientOptions(connect.WithHTTPGet(), connect.WithIdempotency(connect.IdempotencyNoSideEffects)), false, 3},
		"Connect by GET, of a method that may have effects": {connect.WithHTTPGet(), false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, true)
			stack := []transport.Layer{retry.New(retry.Policy{Delay: retry.NoDelay})}
			if c.safe {
				stack = append(stack, transport.Safe("POST "+fails))
			}
			got := s.call(t.Context(), gracy.Around(s.base, stack...), fails, c.option)
			if got != outcomes()[fails] || s.arrived.Load() != c.arrives {
				t.Errorf("%s, and %d calls arrived, want %d", got, s.arrived.Load(), c.arrives)
			}
		})
	}
}

// The deadline of a context is sent to the server. That of a layer or of an http.Client is not.
func TestWhichDeadlineTheServerKnows(t *testing.T) {
	for protocol, option := range protocols() {
		s := serve(t, true)
		rt := gracy.Around(s.base, timeout.New(timeout.Config{Total: time.Minute}))
		if got := s.call(t.Context(), rt, unary, option); !strings.HasPrefix(got, "hello!") || s.deadline.Load() {
			t.Errorf("%s: %s, the server knows a deadline of ours", protocol, got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if got := s.call(ctx, rt, unary, option); !strings.HasPrefix(got, "hello!") || !s.deadline.Load() {
			t.Errorf("%s: %s, the server does not know that of the caller", protocol, got)
		}
		cancel()
	}
}

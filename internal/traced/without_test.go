package traced_test

import (
	"context"
	"net/http/httptrace"
	"testing"

	"github.com/gracy-go/gracy/internal/traced"
)

func TestAContextWithoutTheTraceHasAllElse(t *testing.T) {
	ctx := httptrace.WithClientTrace(context.WithValue(t.Context(), key{}, "value"), new(httptrace.ClientTrace))
	if httptrace.ContextClientTrace(ctx) == nil {
		t.Fatal("the control has no trace")
	}
	without := traced.Without{Context: ctx}
	if httptrace.ContextClientTrace(without) != nil || without.Value(key{}) != "value" || without.Done() != ctx.Done() {
		t.Errorf("trace %v, value %v", httptrace.ContextClientTrace(without), without.Value(key{}))
	}
	asked := new(traced.Trace)
	lazily := traced.Without{Context: &asks{ctx, asked}}
	if httptrace.ContextClientTrace(lazily) != nil || asked.Asked() {
		t.Error("the trace of the request was made for a request that is not to have it")
	}
	own := new(httptrace.ClientTrace)
	if httptrace.ContextClientTrace(httptrace.WithClientTrace(without, own)) != own {
		t.Error("it can be given no trace of its own")
	}
}

// asks is a context whose trace is made when it is asked for.
type asks struct {
	context.Context
	trace *traced.Trace
}

func (c *asks) Value(key any) any {
	if key == traced.Key() {
		return c.trace.Of(context.Background(), tracer{})
	}
	return c.Context.Value(key)
}

type tracer struct{}

func (tracer) Trace() *httptrace.ClientTrace { return new(httptrace.ClientTrace) }

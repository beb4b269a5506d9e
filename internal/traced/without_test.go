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
	own := new(httptrace.ClientTrace)
	if httptrace.ContextClientTrace(httptrace.WithClientTrace(without, own)) != own {
		t.Error("it can be given no trace of its own")
	}
}

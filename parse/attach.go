package parse

import (
	"context"
	"slices"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/transport"
)

// attached holds the rules of a context.
type attached struct {
	rules []rule
	// in is the call inside which they were attached, usually nil. They apply to calls that start
	// there, not to further ones that a layer makes inside those.
	in *transport.Call
}

// attach adds rules to a context, and to the Expect that the layers read.
func attach(ctx context.Context, rules ...rule) context.Context {
	a := &attached{rules: append(contextRules(ctx), rules...), in: transport.CallFrom(ctx)}
	ctx = setting.With(ctx, a)
	if s := compile(rules); s.judges() {
		ctx = transport.WithExpect(ctx, compile(a.rules).expect)
	}
	return ctx
}

// contextRules returns the rules for a call that is about to start with ctx. It leaves out the
// rules of a call that ctx belongs to.
func contextRules(ctx context.Context) []rule {
	a, ok := setting.From[*attached](ctx)
	if !ok || a.in != transport.CallFrom(ctx) {
		return nil
	}
	return slices.Clip(a.rules)
}

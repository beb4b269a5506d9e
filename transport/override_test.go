package transport_test

import (
	"context"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

type limit int

func (l limit) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, l) }

type other string

func (o other) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, o) }

func TestOverridesReplaceByType(t *testing.T) {
	ctx := transport.With(t.Context(), limit(1), other("x"), nil, limit(2))
	if v, ok := layer.Setting[limit](ctx); v != 2 || !ok {
		t.Errorf("limit is %v, %v, want the last one, 2", v, ok)
	}
	if v, ok := layer.Setting[other](ctx); v != "x" || !ok {
		t.Errorf("other is %q, %v, want x", v, ok)
	}
	if _, ok := layer.Setting[string](ctx); ok {
		t.Error("Setting returns a value of a type that was not set")
	}
	if _, ok := layer.Setting[limit](t.Context()); ok {
		t.Error("Setting returns a value from a context without settings")
	}
}

package hook_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestAnOverrideReplacesTheHooksOfEveryLayer(t *testing.T) {
	var log []string
	record := func(text string) hook.Hooks {
		return before(func(context.Context, *http.Request) error { log = append(log, text); return nil })
	}
	rt := rttest.Stack(roundtriptest.Script(), hook.New(record("built")), hook.New(hook.Hooks{}))
	for _, ctx := range []context.Context{
		t.Context(),
		transport.With(t.Context(), record("override")), // at both places
		transport.With(t.Context(), hook.Off),
		transport.With(t.Context(), hook.Off, record("last")),
	} {
		rttest.Read(t, rttest.Get(ctx, t, rt))
	}
	if want := []string{"built", "override", "override", "last", "last"}; !slices.Equal(log, want) {
		t.Errorf("got %q, want %q", log, want)
	}
}

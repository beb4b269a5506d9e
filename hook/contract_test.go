package hook_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	before := func(context.Context, *http.Request) error { return nil }
	after := func(context.Context, hook.Outcome) (*http.Response, error) { return nil, nil }
	same := func(_ context.Context, o hook.Outcome) (*http.Response, error) { return o.Response, nil }
	veto := func(context.Context, *http.Request) error { return rttest.ErrBoom }
	for name, h := range map[string]hook.Hooks{
		"none":      {},
		"before":    {Before: before},
		"after":     {After: after},
		"both":      {Before: before, After: after},
		"same back": {After: same, FailOnError: true},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, hook.New(h).Wrap) })
	}
	t.Run("veto", func(t *testing.T) {
		roundtriptest.Run(t, hook.New(hook.Hooks{Before: veto, After: after}).Wrap, roundtriptest.NeverCallsNext)
	})
	t.Run("edits", func(t *testing.T) {
		roundtriptest.Run(t, hook.New(hook.Hooks{Before: func(_ context.Context, req *http.Request) error {
			req.Header.Set("X-Mark", "1")
			return nil
		}}).Wrap, roundtriptest.Edits)
	})
}

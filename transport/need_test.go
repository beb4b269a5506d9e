package transport_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// need is an override that needs two layers.
type need struct{}

type (
	first  struct{}
	second struct{}
)

func (first) Needs() string  { return "first" }
func (second) Needs() string { return "second" }

func (need) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(layer.WithSetting(ctx, first{}), second{})
}

func TestNeeds(t *testing.T) {
	if got := transport.Needs(need{}); !slices.Equal(got, []string{"second", "first"}) {
		t.Errorf("Needs = %q", got)
	}
	for _, o := range []transport.Override{limit(1), transport.Expect{}, transport.Priority(1), transport.Route("/a")} {
		if got := transport.Needs(o); got != nil {
			t.Errorf("Needs(%T) = %q", o, got)
		}
	}
}

func TestCheckNeeds(t *testing.T) {
	stack := layer.Wrap("first", nil, &http.Transport{}, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	})
	for _, tt := range []struct {
		rt   http.RoundTripper
		want []string
	}{
		{stack, []string{"the override for second has no effect: the stack has no second layer that is on"}},
		{rttest.Func(stack.RoundTrip), []string{
			"the override for second may have no effect: no second layer is in the part of the stack that can be seen",
			"the override for first may have no effect: no first layer is in the part of the stack that can be seen",
		}},
	} {
		var p transport.Plan
		p.CheckNeeds(tt.rt, need{})
		if !slices.Equal(p.Warnings, tt.want) {
			t.Errorf("got %q, want %q", p.Warnings, tt.want)
		}
	}
}

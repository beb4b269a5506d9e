package parse_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

// needy is an option that needs two layers.
type needy struct{}

func (needy) Attach(ctx context.Context) context.Context {
	return setting.WithNeed(setting.WithNeed(ctx, 'a', "one"), "b", "two")
}

func TestAMissingLayerIsNamedByTheError(t *testing.T) {
	get := parse.NewEndpoint[parse.None, string]("GET /a")
	api := parse.API{Client: &http.Client{Transport: &http.Transport{}}, Base: "http://127.0.0.1:1", Options: []parse.Option{needy{}}}
	_, err := get.Call(t.Context(), api, parse.None{})
	e, ok := errors.AsType[*parse.MissingLayerError](err)
	if !ok || !slices.Equal(e.Layers, []string{"two", "one"}) {
		t.Fatalf("error %v", err)
	}
	if want := "GET /a: options have no effect: the client has no layers two, one that are on"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	// Request does not know which client sends it, and a context may be for another one.
	if _, err := get.Request(t.Context(), api, parse.None{}); err != nil {
		t.Error(err)
	}
	api.Options = nil
	_, err = get.Call(transport.With(t.Context(), needy{}), api, parse.None{})
	if _, ok := errors.AsType[*parse.MissingLayerError](err); ok {
		t.Error(err)
	}
}

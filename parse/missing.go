package parse

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/internal/stack"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A MissingLayerError says that an option of the API, the endpoint or the call has no effect,
// since the client does not have its layer: retry.Policy{Attempts: 5} needs a retry layer.
// Nothing was sent: it matches [verdict.ErrRejected].
//
// It is returned only if the round trippers of the client can be seen down to the base. Behind a
// third-party round tripper without Unwrap the layer may exist. An Off needs no layer. An
// override that [transport.With] attaches to a context is never an error, since it may be meant
// for another client.
type MissingLayerError struct {
	// Route is as in [Error].
	Route string
	// Layers are the names of the layers that are missing, as gracy.Explain shows them.
	Layers []string
}

func (e *MissingLayerError) Error() string {
	if len(e.Layers) == 1 {
		return fmt.Sprintf("%s: an option has no effect: the client has no %s layer that is on", e.Route, e.Layers[0])
	}
	return fmt.Sprintf("%s: options have no effect: the client has no layers %s that are on", e.Route, strings.Join(e.Layers, ", "))
}

// Is matches [verdict.ErrRejected].
func (e *MissingLayerError) Is(target error) bool { return target == verdict.ErrRejected }

// missing returns the names of the layers that options need and the client does not have. It looks
// at what was attached to ctx since outer.
func missing(ctx, outer context.Context, client *http.Client) []string {
	list := setting.ListOf(ctx)
	if !list.Needy() {
		return nil
	}
	if client == nil {
		client = http.DefaultClient
	}
	return list.Untaken(setting.ListOf(outer), true, func(name string) bool {
		takes, known := stack.Takes(client.Transport, name)
		return takes || !known
	})
}

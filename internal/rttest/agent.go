package rttest

import (
	"context"
	"io"
	"net/http"

	"github.com/gracy-go/gracy/layer"
)

// An Agent is a complete small layer. It sets a User-Agent, unless the context of the call names
// another.
type Agent string

// Wrap implements transport.Layer.
func (a Agent) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("agent", a, next, a.trip)
}

func (a Agent) trip(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if other, ok := layer.Setting[Agent](req.Context()); ok {
		a = other
	}
	req = layer.Edit(req)
	req.Header.Set("User-Agent", string(a))
	return next.RoundTrip(req)
}

// Attach sets a as an override.
func (a Agent) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, a) }

// Echo returns a server that responds with the User-Agent.
func Echo() Func {
	return func(req *http.Request) (*http.Response, error) {
		return Response(req, http.StatusOK, req.Header.Get("User-Agent")), nil
	}
}

// Fetch sends a GET to [URL] and returns the body, or the text of the error.
func Fetch(ctx context.Context, rt http.RoundTripper) string {
	resp, err := Try(ctx, rt)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

package parse

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// An exchange is a request and its response, without what depends on the type of the result. If the
// layers are to know something of it, it is also the context of the request. It has room for what
// every request needs, so that one allocation is enough.
type exchange struct {
	context.Context // the caller's context, nil if this is not the context of the request
	list            *setting.List
	settings        struct{ route, began setting.List }
	began           setting.Collector // of x itself
	latest          atomic.Pointer[layer.Call]
	client          *http.Client
	copied          http.Client // a copy of client: see sender
	set             *settings
	route           string   // the pattern of the endpoint, "" without one
	names           []string // the placeholders of the pattern
	args            []string // the values of the placeholders, in the same order
	req             *http.Request
	trace           *transport.Trace // the caller's, which collects the calls in place of x
	usual           bool             // whether only the route is attached to the context
	room            struct{ arg, accept [1]string }
}

// named makes x a context with the route of a pattern, and returns it. nearest is the value of
// setting.Key in ctx.
func (x *exchange) named(ctx context.Context, nearest any, p *pattern) context.Context {
	x.Context = ctx
	x.list = &x.settings.route
	x.list.Put(nearest, p.route)
	return x
}

// String names a context, as the contexts of package context do. Printing the struct would show the
// values of the placeholders.
func (x *exchange) String() string { return "parse: a call of " + x.routeOf(nil) }

// Value implements [context.Context].
func (x *exchange) Value(key any) any {
	switch key.(type) {
	case setting.Key:
		if x.list != nil {
			return x.list
		}
	case markKey:
		return x
	}
	return x.Context.Value(key)
}

func (x *exchange) arg(name string) string {
	if i := slices.Index(x.names, name); i >= 0 {
		return x.args[i]
	}
	if x.req == nil || x.req.URL == nil {
		return ""
	}
	return x.req.URL.Query().Get(name)
}

// routeOf returns the Route of errors about a call, which may be nil.
func (x *exchange) routeOf(c *transport.Call) string {
	if x.route != "" {
		return x.route
	}
	switch {
	case c != nil:
		return method(c.Request().Method) + " " + c.Route()
	case x.req != nil && x.req.URL != nil:
		return method(x.req.Method) + " " + bare(x.req.URL.String())
	}
	return "call"
}

func method(m string) string {
	if m == "" {
		return http.MethodGet
	}
	return m
}

// fail makes the error of a call without a response.
func (x *exchange) fail(resp *http.Response, err error) error {
	// A failed CheckRedirect leaves both an error and a response with a closed body.
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	c := x.call()
	return &Error{Route: x.routeOf(c), Call: c, Err: cause(err), ended: x.ended(resp, err)}
}

// broken makes the error of a body that could not be read to its end.
func (x *exchange) broken(resp *http.Response, err error) error {
	c := transport.CallOf(resp)
	return &Error{Route: x.routeOf(c), Call: c, Err: &bodyError{err}, ended: x.ended(resp, err)}
}

// ended returns the error of the caller's context, nil while that has not ended. For JSON and the
// streams, which have sent nothing, it is the context of the call. Without layers there is only that of
// the response's request. A round tripper may have made that one, and end it with the body, so there
// err must be its error or its cause.
func (x *exchange) ended(resp *http.Response, err error) error {
	if x.client != nil {
		return x.req.Context().Err()
	}
	if c := transport.CallOf(resp); c != nil {
		return c.Request().Context().Err()
	}
	if resp == nil || resp.Request == nil {
		return nil
	}
	ctx := resp.Request.Context()
	if over := ctx.Err(); over != nil && (errors.Is(err, over) || ctxerr.Is(err, context.Cause(ctx))) {
		return over
	}
	return nil
}

// checked makes the error of a response that failed a check.
func (x *exchange) checked(resp *http.Response, err error) error {
	c := transport.CallOf(resp)
	return &Error{Route: x.routeOf(c), Call: c, Err: err}
}

type bodyError struct{ err error }

func (e *bodyError) Error() string { return "read the body: " + e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// markKey is the context key of the exchange that a call belongs to. The caller may
// share one trace between several exchanges.
type markKey struct{}

// watch returns ctx, or x as a context that notes the calls begun with it, so that an error without a
// response can find its call. A plain client has no calls.
func (x *exchange) watch(ctx context.Context) context.Context {
	switch x.client.Transport.(type) {
	case nil, *http.Transport:
		return ctx
	}
	if !x.usual {
		if t := transport.TraceFrom(ctx); t != nil && transport.CallFrom(ctx) == nil {
			x.trace = t
		}
	}
	if x.trace == nil {
		x.began.To = (*collector)(x)
		x.settings.began.Put(ctx.Value(setting.Key{}), &x.began)
		x.list = &x.settings.began
	}
	if x.Context == nil {
		x.Context = ctx
	}
	return x
}

// collector is an exchange with the method by which a call makes itself known.
type collector exchange

// CallBegan implements the interface of package setting.
func (c *collector) CallBegan(call setting.Holder) {
	if began, ok := call.(*layer.Call); ok {
		c.latest.Store(began)
	}
}

// call returns the last call of the exchange, nil if there was none.
func (x *exchange) call() *transport.Call {
	if x.trace == nil {
		return (*transport.Call)(x.latest.Load())
	}
	for _, c := range slices.Backward(x.trace.Calls()) {
		if c.Request().Context().Value(markKey{}) == x {
			return c
		}
	}
	return nil
}

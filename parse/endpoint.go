package parse

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/transport"
)

// An Endpoint is one operation of an API: its method and path, the type that goes in and the type
// that comes out. It is immutable and safe for concurrent use. Make it once, as a package
// variable.
type Endpoint[In, Out any] struct {
	pattern *pattern
	input   *input
	rules   []rule
	others  []transport.Override // the overrides for layers
	set     *settings            // the settings of a call that adds no rules
}

// NewEndpoint makes an endpoint from a pattern in the syntax of [http.ServeMux], with a method
// and without a host:
//
//	parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", retry.Off, parse.Allow(404))
//
// In is one of
//
//   - [None];
//   - the type of the value of the pattern's only placeholder: a string, number
//     or bool, an encoding.TextMarshaler or fmt.Stringer;
//   - a struct whose fields have a tag each: path:"name", query:"name",
//     header:"Name", or body:"json", body:"form" (url.Values), body:"raw"
//     ([]byte or string). Fields of query and header may be slices, which repeat
//     the name; nil pointers and, with ",omitempty", zero values are left out.
//     Embedded structs count as their fields;
//   - any other type: the JSON body, if the pattern has no placeholder and the
//     method has a body.
//
// The pattern is the route of the calls, in errors, metrics and reports.
//
// NewEndpoint panics if the pattern, the input and its tags, and the options do
// not fit together.
func NewEndpoint[In, Out any](pattern string, opts ...Option) *Endpoint[In, Out] {
	p, err := parsePattern(pattern)
	if err != nil {
		panic("parse: NewEndpoint: " + err.Error())
	}
	in, err := newInput(reflect.TypeFor[In](), p)
	if err != nil {
		panic("parse: NewEndpoint: " + pattern + ": " + err.Error())
	}
	e := &Endpoint[In, Out]{pattern: p, input: in}
	e.rules, e.others = split(nil, opts)
	if fault := checkFault[Out](e.rules); fault != "" {
		panic("parse: NewEndpoint: " + pattern + ": Check " + fault)
	}
	e.set = compile(e.rules)
	return e
}

// String returns the pattern, with {token} in place of a credential in it.
func (e *Endpoint[In, Out]) String() string { return e.pattern.text }

// Call sends one request and decodes the response. The options are for this call alone. One that
// needs a layer that the client does not have is a [MissingLayerError]. The errors are those of
// the package. With an error the value is zero.
func (e *Endpoint[In, Out]) Call(ctx context.Context, api API, in In, opts ...Option) (Out, error) {
	var none Out
	x := &exchange{client: api.Client, route: e.pattern.text, set: e.set}
	outer := ctx
	ctx, err := e.ready(ctx, x, api, opts)
	if err != nil {
		return none, err
	}
	if !x.usual {
		if layers := missing(ctx, outer, api.Client); len(layers) > 0 {
			return none, &MissingLayerError{Route: x.route, Layers: layers}
		}
	}
	ctx, j := prepare[Out](ctx, x)
	req, fault := e.request(ctx, x, api, in)
	if fault != nil {
		return none, fault
	}
	return finish(x, req, j)
}

// Request makes the request of a call without sending it. Its context has the rules of the call,
// except each [Check], so that the layers and [JSON] know them. Send it with any client that has
// the same layers. Use it to get the last response where a failure is not to be an error:
// http.Client.Do returns that response whatever its status, and an error only for a call without
// one. Its headers follow redirects like those of any request.
func (e *Endpoint[In, Out]) Request(ctx context.Context, api API, in In, opts ...Option) (*http.Request, error) {
	x := &exchange{client: api.Client, route: e.pattern.text, set: e.set}
	ctx, err := e.ready(ctx, x, api, opts)
	if err != nil {
		return nil, err
	}
	rules := slices.Concat(filterRules(api.Options), e.rules, filterRules(opts))
	ctx = attach(ctx, slices.DeleteFunc(rules, func(r rule) bool {
		_, check := r.(checkRule)
		return check
	})...)
	req, fault := e.request(ctx, x, api, in)
	if fault != nil {
		return nil, fault
	}
	accept[Out](x, req)
	return req, nil
}

func filterRules(opts []Option) []rule {
	rules, _ := split(nil, opts)
	return rules
}

// ready combines the options of the context, the API, the endpoint and the call.
func (e *Endpoint[In, Out]) ready(ctx context.Context, x *exchange, api API, opts []Option) (context.Context, error) {
	if x.usual = ctx.Value(setting.Key{}) == nil && len(api.Options)+len(e.others)+len(opts) == 0; x.usual {
		return x.named(ctx, nil, e.pattern), nil
	}
	rules := contextRules(ctx)
	n := len(rules)
	rules, others := split(rules, api.Options)
	ctx = transport.With(transport.With(ctx, others...), e.others...)
	if len(opts) > 0 {
		own, others := split(nil, opts)
		if fault := checkFault[Out](own); fault != "" {
			return nil, &ArgError{Route: x.route, Name: "Check", Reason: fault}
		}
		ctx = transport.With(ctx, others...)
		rules = slices.Concat(rules, e.rules, own)
	} else if len(rules) > n || n > 0 {
		rules = slices.Concat(rules, e.rules)
	}
	if len(rules) > 0 {
		x.set = compile(rules)
	}
	return x.named(ctx, ctx.Value(setting.Key{}), e.pattern), nil
}

// read splits the input into the parts of a request.
func (e *Endpoint[In, Out]) read(x *exchange, in In) (parts, *ArgError) {
	if s, ok := any(in).(string); ok && e.input.shape == shapeOne { // the usual input: neither the string nor its list is allocated
		x.room.arg[0] = s
		return parts{args: x.room.arg[:]}, nil
	}
	return e.input.read(e.pattern, in)
}

// request makes the request.
func (e *Endpoint[In, Out]) request(ctx context.Context, x *exchange, api API, in In) (*http.Request, *ArgError) {
	given, fault := e.read(x, in)
	if fault != nil {
		return nil, fault
	}
	base, fault := e.pattern.baseOf(api)
	if fault != nil {
		return nil, fault
	}
	path, plain, fault := e.pattern.fill(base, given.args)
	if fault != nil {
		return nil, fault
	}
	x.names, x.args = e.pattern.names, given.args
	var body io.Reader
	if given.typ != "" {
		body = bytes.NewReader(given.body)
	}
	req, err := base.request(ctx, e.pattern.method, path, plain, given.query, body)
	if err != nil {
		return nil, &ArgError{Route: x.route, Name: "API.Base", Reason: baseFault}
	}
	if given.typ != "" {
		req.Header["Content-Type"] = []string{given.typ}
	}
	if len(api.Header) > 0 {
		if name, fault := setHeaders(req, api.Header); fault != "" {
			return nil, &ArgError{Route: x.route, Name: "API.Header", Reason: strconv.Quote(name) + " " + fault}
		}
	}
	for _, h := range x.set.headers {
		req.Header[h.name] = []string{*h.value}
	}
	if len(given.header) > 0 {
		maps.Copy(req.Header, given.header)
	}
	return req, nil
}

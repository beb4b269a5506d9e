package parse

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Get fetches a URL through any client and decodes the answer; a nil client is
// [http.DefaultClient]. Its rules travel down to the layers that the client
// wears.
//
//	pikachu, err := parse.Get[Pokemon](ctx, client, url, parse.Zero(404))
//
// The errors are those of the package; the value that comes with one is zero.
func Get[T any](ctx context.Context, client *http.Client, url string, opts ...Option) (T, error) {
	var none T
	x := &exchange{client: client}
	own, others := split(nil, opts)
	ctx = transport.With(ctx, others...)
	if fault := misfit[T](own); fault != "" {
		return none, &ArgError{Route: "GET " + bare(url), Name: "Check", Reason: fault}
	}
	if inherited := contextRules(ctx); len(inherited)+len(own) > 0 {
		x.set = compile(append(inherited, own...))
	}
	ctx, j := prepare[T](ctx, x)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return none, &ArgError{Route: "GET " + bare(url), Name: "the URL", Reason: "is malformed"}
	}
	for _, h := range x.set.headers {
		req.Header[h.name] = []string{h.value}
	}
	return finish(x, req, j)
}

// JSON decodes an answer that is already there as JSON, whatever its media
// type says, and ends its body. It takes what [http.Client.Do] returns:
//
//	pikachu, err := parse.JSON[Pokemon](client.Do(req))
//
// 2xx is success, and what the context of the request says besides: a
// [transport.Expect] or rules of this package, attached by [transport.With]. The
// layers have judged the answer by then, so a [Check] can no longer have it
// tried again.
func JSON[T any](resp *http.Response, err error) (T, error) {
	var none T
	x := &exchange{set: noSettings}
	if resp != nil {
		x.req = resp.Request
	}
	if err != nil || resp == nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			x.route = strings.ToUpper(u.Op) + " " + bare(u.URL)
		}
		if err == nil {
			err = errors.New("no response")
		}
		return none, x.fail(resp, err)
	}
	if x.req != nil {
		ctx := x.req.Context()
		if a, ok := setting.From[*attached](ctx); ok {
			x.set = compile(a.rules)
		} else if e, ok := setting.From[transport.Expect](ctx); ok {
			x.set = fromExpect(e)
		}
	}
	return settle[T](x, resp, nil, true)
}

// prepare readies the context of a call.
func prepare[T any](ctx context.Context, x *exchange) (context.Context, *judged[T]) {
	if x.client == nil {
		x.client = http.DefaultClient
	}
	if x.set == nil || len(x.set.entries) == 0 && x.set.raw == nil {
		// Without rules of its own about statuses the call goes by an Expect that was set by hand.
		if e, ok := setting.From[transport.Expect](ctx); ok && transport.CallFrom(ctx) == nil {
			byHand := fromExpect(e)
			if x.set != nil {
				byHand.checks, byHand.headers, byHand.limit = x.set.checks, x.set.headers, x.set.limit
			}
			x.set = byHand
		}
	}
	if x.set == nil {
		x.set = noSettings
	}
	var j *judged[T]
	if checks := checksOf[T](x.set); len(checks) > 0 {
		j = &judged[T]{x: x, checks: checks}
		ctx = transport.WithExpect(ctx, j.expect(x.set.expect))
	} else if len(x.set.entries) > 0 || x.set.raw != nil {
		ctx = transport.WithExpect(ctx, x.set.expect)
	}
	return x.watch(ctx), j
}

// finish sends the request and makes the result.
func finish[T any](x *exchange, req *http.Request, j *judged[T]) (T, error) {
	x.req = req
	client := bound(x.client, req)
	if len(req.Header["Accept"]) == 0 {
		if raw, _ := rawKind(target[T]()); !raw {
			req.Header["Accept"] = []string{"application/json"}
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		var none T
		return none, x.fail(resp, err)
	}
	return settle(x, resp, j, false)
}

// target is a nil pointer to what the body is decoded into.
func target[T any]() any {
	var dst any = (*T)(nil)
	if f, ok := dst.(interface{ inner() any }); ok {
		return f.inner()
	}
	return dst
}

// settle makes the result of an answer and ends its body.
func settle[T any](x *exchange, resp *http.Response, j *judged[T], isJSON bool) (T, error) {
	var none T
	do, name := x.set.decide(resp.StatusCode)
	switch do {
	case accept:
	case zero:
		if f, ok := any(&none).(filler); ok {
			f.fill(resp)
		}
		bodies.Drain(resp)
		return none, nil
	default:
		return none, x.failure(resp, name)
	}
	if o, ok := j.find(resp); ok {
		_ = resp.Body.Close()
		return conclude(x, resp, o.value, o.err)
	}
	if err := x.layerCheck(resp); err != nil {
		bodies.Drain(resp)
		return none, x.checked(resp, err)
	}
	v := new(T)
	err := x.into(resp, v, isJSON)
	if err == nil {
		err = runChecks(checksOf[T](x.set), v)
	}
	return conclude(x, resp, v, err)
}

func conclude[T any](x *exchange, resp *http.Response, v *T, err error) (T, error) {
	if err == nil {
		return *v, nil
	}
	var none T
	if c, ok := err.(*verdict.CheckError); ok { //nolint:errorlint // runChecks returns it bare
		err = x.checked(resp, c)
	}
	return none, err
}

package parse

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// prepare completes the settings of a call. It returns a context with what the layers need to know
// of them.
func prepare[T any](ctx context.Context, x *exchange) (context.Context, *judge[T]) {
	if x.client == nil {
		x.client = http.DefaultClient
	}
	if x.set == nil && ctx.Value(setting.Key{}) == nil { // the usual call: neither rules nor settings
		x.set = noSettings
		return x.watch(ctx), nil
	}
	ctx = x.watch(ctx)
	if !x.usual && (x.set == nil || len(x.set.entries) == 0 && x.set.raw == nil) {
		// A call without rules about statuses of its own uses the Expect of its context.
		if e, ok := setting.From[transport.Expect](ctx); ok && transport.CallFrom(ctx) == nil {
			inContext := fromExpect(e)
			if x.set != nil {
				own := *x.set
				own.entries, own.raw, own.expect = inContext.entries, inContext.raw, inContext.expect
				own.expectWhole()
				inContext = &own
			}
			x.set = inContext
		}
	}
	if x.set == nil {
		x.set = noSettings
	}
	var j *judge[T]
	if checks := checksOf[T](x.set); len(checks) > 0 {
		j = &judge[T]{x: x, checks: checks}
		ctx = transport.WithExpect(ctx, j.expect(x.set.expect))
	} else if x.set.judges() {
		ctx = transport.WithExpect(ctx, x.set.expect)
	}
	return ctx, j
}

// finish sends the request and makes the result.
func finish[T any](x *exchange, req *http.Request, j *judge[T]) (T, error) {
	x.req = req
	accept[T](x, req)
	resp, err := x.sender().Do(req)
	if err != nil {
		var none T
		return none, x.fail(resp, err)
	}
	return result(x, resp, j, false)
}

// accept sets the Accept header for a result of type T, unless there is one.
func accept[T any](x *exchange, req *http.Request) {
	if len(req.Header) == 0 || len(req.Header["Accept"]) == 0 {
		if raw, _ := rawKind(target[T]()); !raw {
			x.room.accept[0] = "application/json"
			req.Header["Accept"] = x.room.accept[:]
		}
	}
}

// result makes the result of a response and ends its body.
func result[T any](x *exchange, resp *http.Response, j *judge[T], isJSON bool) (T, error) {
	var none T
	do, makeCause := x.set.decide(resp.StatusCode)
	switch do {
	case asValue:
	case asZero:
		return zero[T](resp), nil
	default:
		return none, x.failure(resp, makeCause)
	}
	if o, ok := j.find(resp); ok {
		_ = resp.Body.Close()
		return conclude(x, resp, o.value, o.err)
	}
	open := false
	if x.set.raw != nil {
		_, open = rawKind(target[T]())
	}
	if err := x.expectCheck(resp, open); err != nil {
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

// zero returns the zero value instead of a decoded body. A [Response] still has its status and
// header.
func zero[T any](resp *http.Response) (none T) {
	if f, ok := any(&none).(filler); ok {
		f.fill(resp)
	}
	bodies.Drain(resp)
	return none
}

// conclude returns the value, or the error that the caller gets in its place.
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

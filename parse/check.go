package parse

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Check calls f with the value of each response whose status is accepted. If f returns an error,
// or the body cannot be decoded, the attempt has failed: the layers count it as a failure, and a
// retry layer makes further attempts by its policy. If the last attempt fails too, the call
// returns an [Error] with a *verdict.CheckError, or the [DecodeError]. With a plain client f
// checks the one response.
//
// The body is decoded once, while the attempt is judged. For that, up to 1 MiB of it is kept, and
// awaited for up to 10 s. A longer or slower body is checked too, but its request is not sent
// again. Several checks run in order. f must be safe for concurrent use and may change the value.
// Each concurrent attempt has its own value.
//
// T is the type of the result. A Check of another type is a mistake: it panics on an endpoint and
// is an [ArgError] on a call. In an API or a context it does not run.
func Check[T any](f func(*T) error) Option {
	if f == nil {
		panic("parse: Check: nil function")
	}
	return checkRule{f, reflect.TypeFor[T]().String()}
}

type checkRule struct {
	f    any
	kind string
}

func (r checkRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r checkRule) add(s *settings)                            { s.checks = append(s.checks, r.f) }

func checksOf[T any](s *settings) []func(*T) error {
	var fs []func(*T) error
	for _, c := range s.checks {
		if f, ok := c.(func(*T) error); ok {
			fs = append(fs, f)
		}
	}
	return fs
}

// checkFault returns the fault of the checks among rules for a result of type T, or "".
func checkFault[T any](rules []rule) string {
	for _, r := range rules {
		c, ok := r.(checkRule)
		if !ok {
			continue
		}
		if _, ok := c.f.(func(*T) error); !ok {
			return "is for " + c.kind + ", the result is " + reflect.TypeFor[T]().String()
		}
		if _, open := rawKind(target[T]()); open {
			return "does not work on a result that the caller closes"
		}
	}
	return ""
}

// A judge decodes and checks the responses of a call while its attempts are judged. It keeps the
// results, so that no body is decoded twice.
type judge[T any] struct {
	x      *exchange
	checks []func(*T) error

	mu     sync.Mutex // mu guards judged.
	judged []judged[T]
}

// judged is a response with its value or its error.
type judged[T any] struct {
	resp  *http.Response
	value *T
	err   error
}

// expect returns e with the checks of j added, for the layers.
func (j *judge[T]) expect(e transport.Expect) transport.Expect {
	raw := e.Check
	e.Check = func(resp *http.Response) error {
		if do, _ := j.x.set.decide(resp.StatusCode); do != asValue {
			return nil
		}
		if raw != nil {
			if err := peek(resp, raw, false); err != nil {
				return err
			}
		}
		v := new(T)
		err := j.x.into(resp, v, false)
		if err == nil {
			err = runChecks(j.checks, v)
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		// The caller gets the last of the responses that failed, but any of the
		// concurrent ones that succeeded.
		j.judged = slices.DeleteFunc(j.judged, func(o judged[T]) bool { return o.err != nil })
		j.judged = append(j.judged, judged[T]{resp, v, err})
		return err
	}
	return e
}

// find returns the result for a response. A nil j has none.
func (j *judge[T]) find(resp *http.Response) (judged[T], bool) {
	if j == nil {
		return judged[T]{}, false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range j.judged {
		if o.resp == resp {
			return o, true
		}
	}
	return judged[T]{}, false
}

func runChecks[T any](checks []func(*T) error, v *T) error {
	for _, f := range checks {
		if err := f(v); err != nil {
			return &verdict.CheckError{Err: err}
		}
	}
	return nil
}

// expectCheck returns the error of the Check of a transport.Expect. A layer has called it already.
// Over a plain client it is called now.
func (x *exchange) expectCheck(resp *http.Response, open bool) error {
	if a := x.attempt(resp); a != nil {
		if _, ok := errors.AsType[*verdict.CheckError](a.Err()); ok {
			return a.Err()
		}
		return nil
	}
	if x.set.raw != nil {
		return peek(resp, x.set.raw, open)
	}
	return nil
}

// attempt returns the attempt that received resp, or nil over a plain client, even if the request
// was made inside a call, which has an attempt too.
func (x *exchange) attempt(resp *http.Response) *transport.Attempt {
	if x.client == nil { // for JSON, which has sent nothing
		return transport.AttemptOf(resp)
	}
	if resp.Request == x.req {
		return nil
	}
	a := transport.AttemptOf(resp)
	if a != nil && transport.CallOf(resp) == transport.CallFrom(x.req.Context()) {
		return nil
	}
	return a
}

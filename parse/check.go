package parse

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Check looks at each accepted and decoded answer. An error fails the attempt:
// the layers count it as a fault and a retry layer tries again by its policy,
// also when the body cannot be decoded at all. What is left in the end is an
// [Error] with a *verdict.CheckError, or the [DecodeError]. Over a plain
// client the one answer is checked.
//
// The answer is decoded once, while the attempt is judged; for that up to 1 MiB
// of it is kept. A longer one is checked too, but no more tried again. Several
// checks are asked in order. f must be safe for concurrent use and may change
// the value; attempts beside each other each have their own.
//
// T is the type of the result. A Check of another type is a mistake on an
// endpoint (a panic) and on a call (an [ArgError]); in an [API] or a context it
// is not asked.
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

// misfit says what is wrong with the checks among rules that were given for a
// result of type T, "" if nothing.
func misfit[T any](rules []rule) string {
	for _, r := range rules {
		c, ok := r.(checkRule)
		if !ok {
			continue
		}
		if _, ok := c.f.(func(*T) error); !ok {
			return "is for " + c.kind + ", the result is " + reflect.TypeFor[T]().String()
		}
		if _, open := rawKind(target[T]()); open {
			return "on a result that is handed over open"
		}
	}
	return ""
}

// judged decodes and checks the answers of a call while its attempts are
// judged, and keeps the results by their response.
type judged[T any] struct {
	x      *exchange
	checks []func(*T) error

	mu   sync.Mutex
	done []outcome[T]
}

type outcome[T any] struct {
	resp  *http.Response
	value *T
	err   error
}

// expect puts the check of j into what the layers are told.
func (j *judged[T]) expect(e transport.Expect) transport.Expect {
	raw := e.Check
	e.Check = func(resp *http.Response) error {
		if do, _ := j.x.set.decide(resp.StatusCode); do != accept {
			return nil
		}
		if raw != nil {
			if err := peek(resp, raw); err != nil {
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
		// Of the failed ones only the last can be the answer; of those that
		// ran beside each other any.
		j.done = slices.DeleteFunc(j.done, func(o outcome[T]) bool { return o.err != nil })
		j.done = append(j.done, outcome[T]{resp, v, err})
		return err
	}
	return e
}

func (j *judged[T]) find(resp *http.Response) (outcome[T], bool) {
	if j == nil {
		return outcome[T]{}, false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range j.done {
		if o.resp == resp {
			return o, true
		}
	}
	return outcome[T]{}, false
}

func runChecks[T any](checks []func(*T) error, v *T) error {
	for _, f := range checks {
		if err := f(v); err != nil {
			return &verdict.CheckError{Err: err}
		}
	}
	return nil
}

// peek shows the body to f and restores it.
func peek(resp *http.Response, f func(*http.Response) error) error {
	data, err := readBody(resp, defaultLimit)
	rest := resp.Body
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	if err = f(resp); err != nil {
		err = &verdict.CheckError{Err: err}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), rest), rest}
	return err
}

// layerCheck returns what a check that the caller set by hand said to a layer,
// or asks it if there was none.
func (x *exchange) layerCheck(resp *http.Response) error {
	if a := transport.AttemptOf(resp); a != nil {
		if _, ok := errors.AsType[*verdict.CheckError](a.Err()); ok {
			return a.Err()
		}
		return nil
	}
	if x.set.raw != nil {
		return peek(resp, x.set.raw)
	}
	return nil
}

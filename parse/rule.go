package parse

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

// An Option is any [transport.Override]: a rule of this package, or the policy, Off value or
// handle of a layer.
//
// The rules of this package may also be attached to a context with [transport.With], for calls
// that an SDK makes. The layers of its client then know the statuses, and [JSON] and [Get] know
// the whole rule.
//
//	ctx = transport.With(ctx, parse.Allow(404), retry.Off)
type Option = transport.Override

// A rule is an Option of this package.
type rule interface {
	// add changes the settings of a call.
	add(s *settings)
}

// Allow counts statuses as success besides 2xx. Their body is decoded like any other. It panics
// if a code is neither a status nor a class.
func Allow(codes ...Status) Option {
	mustStatus("Allow", codes...)
	return statusRule{codes: slices.Clone(codes), do: asValue}
}

// Only counts these statuses alone as success. A 2xx that it does not name is a failure. It
// panics if a code is neither a status nor a class.
func Only(codes ...Status) Option {
	mustStatus("Only", codes...)
	return statusRule{codes: slices.Clone(codes), do: asValue, only: true}
}

// ZeroOn counts statuses as success and makes their result the zero value, without an error.
// Their body is not decoded. It panics if a code is neither a status nor a class.
func ZeroOn(codes ...Status) Option {
	mustStatus("ZeroOn", codes...)
	return statusRule{codes: slices.Clone(codes), do: asZero}
}

// On gives the failure of a status a cause of the caller's own: both errors.Is(err, cause) and
// errors.Is(err, code) hold. To the layers it remains a failure. Use [Expect] for a status that
// is expected. On panics if code is neither a status nor a class, and on a nil cause.
func On(code Status, cause error) Option {
	mustStatus("On", code)
	if cause == nil {
		panic("parse: On: nil error; use ZeroOn(code) for no error")
	}
	return statusRule{codes: []Status{code}, do: asCause, cause: func(Failure) error { return cause }}
}

// OnFunc is [On] with a cause that f makes from the failure, such as a type with the fields of
// the server's error body. If f returns nil, the result is the zero value without an error, but
// the layers have counted a failure by then. f must be safe for concurrent use. OnFunc panics if
// code is neither a status nor a class, and on a nil f.
func OnFunc(code Status, f func(Failure) error) Option {
	mustStatus("OnFunc", code)
	if f == nil {
		panic("parse: OnFunc: nil function")
	}
	return statusRule{codes: []Status{code}, do: asCause, cause: f}
}

// Expect counts a status as success and makes it an error of the caller's own. The layers do not
// count or log a failure and do not send again, and the call returns a [StatusError] with cause,
// as with [On]. So "404 is expected, and is my error" is
//
//	parse.Expect(404, ErrNoSuchPokemon)
//
// It panics if code is neither a status nor a class, and on a nil cause.
func Expect(code Status, cause error) Option {
	mustStatus("Expect", code)
	if cause == nil {
		panic("parse: Expect: nil error; use ZeroOn(code) for no error")
	}
	return statusRule{codes: []Status{code}, do: asExpected, cause: func(Failure) error { return cause }}
}

// ExpectFunc is to [Expect] what [OnFunc] is to [On]: f makes the cause. It panics if code is
// neither a status nor a class, and on a nil f.
func ExpectFunc(code Status, f func(Failure) error) Option {
	mustStatus("ExpectFunc", code)
	if f == nil {
		panic("parse: ExpectFunc: nil function")
	}
	return statusRule{codes: []Status{code}, do: asExpected, cause: f}
}

// An action is what is done with a response because of its status.
type action uint8

const (
	asFailure  action = iota // a StatusError
	asValue                  // the decoded body
	asZero                   // the zero value
	asCause                  // a StatusError with the cause of a rule
	asExpected               // the same, but the layers count it as a success
)

type statusRule struct {
	codes []Status
	do    action
	only  bool
	cause func(Failure) error
}

func (r statusRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }

func (r statusRule) add(s *settings) {
	if r.only {
		s.entries = append(s.entries, failAll())
	}
	for _, c := range r.codes {
		s.entries = append(s.entries, entry{c.codes(), r.do, r.cause})
	}
}

// MaxBytes bounds the body of an accepted response, decompressed. A longer one is a
// [TooLargeError]. The default is 32 MiB. With [Lines] or [Events] it bounds each line or event.
// A body that the caller closes has no bound. MaxBytes panics if n is not positive.
func MaxBytes(n int64) Option {
	if n <= 0 {
		panic(fmt.Sprintf("parse: MaxBytes: %d is not positive", n))
	}
	return sizeRule(min(n, math.MaxInt64-1)) // there is one byte more to read
}

type sizeRule int64

func (r sizeRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r sizeRule) add(s *settings)                            { s.limit = int64(r) }

package parse

import (
	"context"
	"net/textproto"
	"slices"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/transport"
)

// An Option is any [transport.Override]: a rule of this package, or a policy,
// an Off value or a handle of a layer.
//
// The rules of this package may also be attached to a context by hand, for
// calls that an SDK makes: its layers then know the statuses, and [JSON] and
// [Get] know the whole rule.
//
//	ctx = transport.With(ctx, parse.Allow(404), retry.Off)
type Option = transport.Override

// A rule is an Option of this package. It is kept as it is and added to the
// settings of a call.
type rule interface{ add(s *settings) }

// Allow counts statuses as success, besides 2xx: their body is decoded like
// any other. It panics on what is no status.
func Allow(codes ...Status) Option {
	mustStatus("Allow", codes...)
	return statusRule{codes: slices.Clone(codes), do: accept}
}

// Only counts nothing but these statuses as success, also of 2xx. It panics on
// what is no status.
func Only(codes ...Status) Option {
	mustStatus("Only", codes...)
	return statusRule{codes: slices.Clone(codes), do: accept, only: true}
}

// Zero counts statuses as success whose body is not looked at: the result is
// the zero value, without an error. It panics on what is no status.
func Zero(codes ...Status) Option {
	mustStatus("Zero", codes...)
	return statusRule{codes: slices.Clone(codes), do: zero}
}

// On gives the failure of a status a cause of one's own: both
// errors.Is(err, cause) and errors.Is(err, code) hold. It panics on what is no
// status and on a nil cause.
func On(code Status, cause error) Option {
	mustStatus("On", code)
	if cause == nil {
		panic("parse: On: nil error; Zero(code) is the rule that gives none")
	}
	return statusRule{codes: []Status{code}, do: custom, cause: func(Failure) error { return cause }}
}

// OnFunc is [On] with an error made from the failure, such as a type with the
// fields of the server's error body. If f returns nil, the result is the zero
// value without an error; the layers have counted a failure by then. f must be
// safe for concurrent use.
func OnFunc(code Status, f func(Failure) error) Option {
	mustStatus("OnFunc", code)
	if f == nil {
		panic("parse: OnFunc: nil function")
	}
	return statusRule{codes: []Status{code}, do: custom, cause: f}
}

type action uint8

const (
	refuse action = iota
	accept
	zero
	custom
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
		s.entries = append(s.entries, entry{code: anyStatus})
	}
	for _, c := range r.codes {
		s.entries = append(s.entries, entry{c, r.do, r.cause})
	}
}

// MaxBytes bounds the body of an accepted answer, decompressed; longer ones are
// a [TooLargeError]. Default 32 MiB. Bodies that are handed over open have no
// bound. It panics if n is not positive.
func MaxBytes(n int64) Option {
	if n <= 0 {
		panic("parse: MaxBytes: not positive")
	}
	return sizeRule(n)
}

type sizeRule int64

func (r sizeRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r sizeRule) add(s *settings)                            { s.limit = int64(r) }

// Header sets a header of the request, in place of one of that name that the
// [API] or an earlier option set. It does not follow a redirect to another
// origin. It panics on a name or value that cannot be sent.
func Header(name, value string) Option {
	name = textproto.CanonicalMIMEHeaderKey(name)
	if fault := headerNameFault(name); fault != "" {
		panic("parse: Header: " + fault)
	}
	if fault := headerFault(value); fault != "" {
		panic("parse: Header: value of " + name + " " + fault)
	}
	return headerRule{name, value}
}

type headerRule struct{ name, value string }

func (r headerRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r headerRule) add(s *settings)                            { s.headers = append(s.headers, r) }

// String does not show the value, which may be a credential.
func (r headerRule) String() string { return "parse: header " + r.name }

// GoString does not show the value.
func (r headerRule) GoString() string { return r.String() }

// attached are rules that travel in a context. They are meant for calls begun
// in the same call as they were attached in, usually none.
type attached struct {
	rules []rule
	in    *transport.Call
}

func attach(ctx context.Context, rules ...rule) context.Context {
	a := &attached{rules: append(contextRules(ctx), rules...), in: transport.CallFrom(ctx)}
	ctx = setting.With(ctx, a)
	if s := compile(rules); len(s.entries) > 0 || s.raw != nil {
		ctx = transport.WithExpect(ctx, compile(a.rules).expect)
	}
	return ctx
}

// contextRules returns the rules for a call that is about to begin: not those
// of the call that ctx is inside of.
func contextRules(ctx context.Context) []rule {
	a, ok := setting.From[*attached](ctx)
	if !ok || a.in != transport.CallFrom(ctx) {
		return nil
	}
	return slices.Clip(a.rules)
}

package retry

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/transport/verdict"
)

// An Outcome is one attempt that did not succeed, as a [Condition] sees it.
type Outcome struct {
	Request  *http.Request
	Response *http.Response // nil after a transport error; its body must not be read
	Err      error          // the error of the transport, or of the caller's check of the response
	Number   int            // the number of the attempt; the first is 1
	Verdict  verdict.Verdict
}

// A Condition reports whether another attempt could help; see [Policy.When]. It
// cannot make a request safe to send again. It is called concurrently.
type Condition func(Outcome) bool

// Any holds if at least one of the conditions holds. It panics if one is nil.
func Any(conditions ...Condition) Condition {
	conditions = present("Any", conditions)
	return func(o Outcome) bool {
		return slices.ContainsFunc(conditions, func(c Condition) bool { return c(o) })
	}
}

// All holds if all conditions hold. It panics if one is nil.
func All(conditions ...Condition) Condition {
	conditions = present("All", conditions)
	return func(o Outcome) bool {
		return !slices.ContainsFunc(conditions, func(c Condition) bool { return !c(o) })
	}
}

// Not holds if the condition does not. It panics if the condition is nil.
func Not(condition Condition) Condition {
	present("Not", []Condition{condition})
	return func(o Outcome) bool { return !condition(o) }
}

// present returns a copy of conditions. It panics if one is nil, here and not in a call.
func present(name string, conditions []Condition) []Condition {
	for i, c := range conditions {
		if c == nil {
			panic(fmt.Sprintf("retry: %s: condition %d of %d is nil", name, i+1, len(conditions)))
		}
	}
	return slices.Clone(conditions)
}

// OnStatus holds after a response with one of the statuses.
func OnStatus(codes ...int) Condition {
	codes = slices.Clone(codes)
	return func(o Outcome) bool {
		return o.Response != nil && slices.Contains(codes, o.Response.StatusCode)
	}
}

// OnError holds after an error that matches one of the targets by errors.Is, and
// without targets after any error.
func OnError(targets ...error) Condition {
	targets = slices.Clone(targets)
	return func(o Outcome) bool {
		if o.Err == nil || len(targets) == 0 {
			return o.Err != nil
		}
		return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(o.Err, t) })
	}
}

// OnType holds after an error that has an error of type E in its chain, by errors.As.
// OnType[*net.OpError]() holds after any failed network operation. The error of the
// caller's check of a response counts too.
func OnType[E error]() Condition {
	return func(o Outcome) bool {
		_, ok := errors.AsType[E](o.Err)
		return ok
	}
}

// Always holds after every outcome that the caller does not accept, whatever the status
// or the error. The request must still be safe to send again.
//
//	When: retry.Always
func Always(Outcome) bool { return true }

// OnMethod holds for requests with one of the methods.
func OnMethod(methods ...string) Condition {
	methods = slices.Clone(methods)
	return func(o Outcome) bool { return slices.Contains(methods, match.Method(o.Request)) }
}

// DefaultCondition is the condition of a policy that sets none. It holds after a response
// whose [verdict.Verdict] is Retryable, Throttled or Ambiguous, after a 409 to a further
// attempt with an idempotency key, and after the errors that ErrorPropagatedRetryPolicy
// retries. The server's X-Should-Retry or Stripe-Should-Retry takes precedence. Use it to
// build other conditions:
//
//	When: retry.Any(retry.DefaultCondition, retry.OnStatus(404))
func DefaultCondition(o Outcome) bool {
	return byDefault(o, retryablehttp.ErrorPropagatedRetryPolicy)
}

func byDefault(o Outcome, judge retryablehttp.CheckRetry) bool {
	if o.Response == nil {
		return o.Verdict != verdict.Permanent && worthRetrying(o.Request, o.Err, judge)
	}
	if again, said := shouldRetry(o.Response.Header); said {
		return again
	}
	// The second check decides whether an ambiguous one may be sent again.
	return inProgress(o) || o.Verdict == verdict.Retryable || o.Verdict == verdict.Throttled || o.Verdict == verdict.Ambiguous
}

// wants is the first check: it reports whether another attempt could help. An error returned with
// false replaces the outcome. Only the user's CheckRetry returns one.
func (p *plan) wants(o Outcome) (bool, error) {
	switch o.Verdict {
	case verdict.OK, verdict.Canceled, verdict.Unjudged:
		return false, nil
	case verdict.Rejected:
		return mayPassNextTime(o.Err), nil
	default:
	}
	switch {
	case p.when != nil:
		return p.when(o), nil
	case p.check != nil:
		again, err := p.check(o.Request.Context(), o.Response, asClient(o))
		if again {
			err = nil
		}
		return again, err
	case o.Response == nil && p.errors != nil:
		return p.errors(o.Err), nil
	case o.Response != nil && o.Err == nil && p.statuses != nil:
		return slices.Contains(p.statuses, o.Response.StatusCode), nil
	}
	return byDefault(o, p.judge), nil
}

// mayPassNextTime reports whether a rejection says itself that another attempt may pass, by a
// method Retryable. No layer of gracy returns such an error, since those that can wait have waited.
// It is for layers that cannot, such as a circuit breaker.
func mayPassNextTime(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](err)
	return ok && e.Retryable()
}

// maxDepth bounds the walk over wrapped errors.
const maxDepth = 32

// worthRetrying passes err and everything that it wraps to judge. judge looks only at the error
// itself, as http.Client makes it, and at its immediate cause.
func worthRetrying(req *http.Request, err error, judge retryablehttp.CheckRetry) bool {
	depth := 0
	var walk func(error) bool
	walk = func(err error) bool {
		if depth++; err == nil || depth > maxDepth {
			return true
		}
		if again, _ := judge(req.Context(), nil, asClient(Outcome{Request: req, Err: err})); !again {
			return false
		}
		switch w := err.(type) { //nolint:errorlint // this is the walk
		case interface{ Unwrap() error }:
			return walk(w.Unwrap())
		case interface{ Unwrap() []error }:
			return !slices.ContainsFunc(w.Unwrap(), func(e error) bool { return !walk(e) })
		}
		return true
	}
	return walk(err)
}

// asClient makes an error look as if http.Client had returned it, as functions made for
// go-retryablehttp expect. It leaves out the URL: they match the text, and a path may contain any
// text. The error of a check comes with its response, as the error of a response handler does
// there.
func asClient(o Outcome) error {
	if o.Err == nil || o.Response != nil {
		return o.Err
	}
	err := o.Err
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // only the outermost is the client's
		err = u.Err
	}
	return &url.Error{Op: o.Request.Method, Err: err}
}

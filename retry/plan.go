package retry

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/traced"
)

// The defaults of a Policy.
const (
	defaultAttempts = 3
	faultDelay      = 100 * time.Millisecond
	faultMax        = 5 * time.Second
	throttleDelay   = time.Second
	throttleMax     = 20 * time.Second
	defaultMaxHint  = 90 * time.Second
	defaultBuffer   = 1 << 20
	defaultKnown    = 17 << 20 // a part of 16 MiB and the signatures of its chunks
	defaultTotal    = 4 * defaultKnown
)

// plan is a Policy with its defaults filled in. Its fields correspond to those of the Policy.
type plan struct {
	attempts int
	fault    curve
	throttle curve
	delays   map[int]time.Duration
	maxHint  time.Duration
	backoff  retryablehttp.Backoff
	rand     func() float64

	statuses []int
	errors   func(error) bool
	when     Condition
	check    retryablehttp.CheckRetry
	judge    retryablehttp.CheckRetry // decides about errors by default
	prepare  retryablehttp.PrepareRetry

	key       func() string
	reconcile func(*http.Request, *AmbiguousError) (*http.Response, error)
	jar       http.CookieJar
	header    string
	unsafe    bool
	mark      bool
	budget    *Budget
	repeats   Repeats
	buffer    int64 // for a body of unknown length

	bufferKnown int64 // for a body with a Content-Length
	bufferTotal int64

	traceKey any // see traced.Key
}

// Needs returns the layer that a policy of several attempts needs.
func (p *plan) Needs() string {
	if p.idle() {
		return ""
	}
	return layerName
}

// idle reports whether the layer has nothing to do.
func (p *plan) idle() bool {
	return p.attempts == 1 && !p.mark && p.reconcile == nil && p.repeats != RejectRepeats
}

func compile(p Policy) *plan {
	validate(p)
	c := &plan{
		attempts: p.Attempts,
		delays:   p.Delays,
		maxHint:  p.MaxHint,
		backoff:  p.Backoff,
		rand:     p.Rand,
		statuses: slices.Clone(p.Statuses),
		errors:   p.Errors,
		when:     p.When,
		check:    p.CheckRetry,
		judge:    retryablehttp.ErrorPropagatedRetryPolicy,
		prepare:  p.PrepareRetry,
		unsafe:   p.Unsafe,
		key:      p.IdempotencyKey,
		jar:      p.Jar,
		header:   p.AttemptHeader,

		reconcile: p.Reconcile,
		mark:      p.MarkAmbiguous,
		budget:    p.Budget,
		buffer:    max(p.BufferLimit, 0),
		repeats:   p.Repeats,
		traceKey:  traced.Key(),
	}
	if p.Attempts == 0 {
		c.attempts = defaultAttempts
	}
	if p.MaxHint == 0 {
		c.maxHint = defaultMaxHint
	}
	if p.Rand == nil {
		c.rand = rand.Float64
	}
	c.bufferKnown = c.buffer
	if p.BufferLimit == 0 {
		c.buffer, c.bufferKnown = defaultBuffer, defaultKnown
	}
	if c.bufferTotal = p.BufferTotal; c.bufferTotal == 0 {
		c.bufferTotal = max(defaultTotal, 4*min(c.buffer, math.MaxInt64/4))
	}
	if len(p.Delays) > 0 {
		c.delays = maps.Clone(p.Delays)
	}
	c.fault = newCurve(p, faultDelay, faultMax)
	c.throttle = newCurve(p, throttleDelay, throttleMax)
	if c.throttle.jitter == FullJitter { // a quota is not refilled at once
		c.throttle.jitter = EqualJitter
	}
	return c
}

func validate(p Policy) {
	switch {
	case p.Attempts < 0:
		panic(fmt.Sprintf("retry: Attempts is negative: %v", p.Attempts))
	case p.Delay < 0 && p.Delay != NoDelay:
		panic(fmt.Sprintf("retry: Delay is negative: %v", p.Delay))
	case p.Multiplier != 0 && !(p.Multiplier >= 1) || math.IsInf(p.Multiplier, 0):
		panic(fmt.Sprintf("retry: Multiplier is %v, want at least 1", p.Multiplier))
	case p.MaxDelay < 0:
		panic(fmt.Sprintf("retry: MaxDelay is negative: %v", p.MaxDelay))
	case p.MaxDelay > 0 && p.MaxDelay < p.Delay:
		panic(fmt.Sprintf("retry: MaxDelay %s is below Delay %s", p.MaxDelay, p.Delay))
	case p.Jitter > NoJitter:
		panic(fmt.Sprintf("retry: unknown Jitter %d", p.Jitter))
	case p.MaxHint < 0:
		panic(fmt.Sprintf("retry: MaxHint is negative: %v", p.MaxHint))
	case p.BufferLimit < 0 && p.BufferLimit != NoBuffer:
		panic(fmt.Sprintf("retry: BufferLimit is negative: %v", p.BufferLimit))
	case p.Repeats > IgnoreRepeats:
		panic(fmt.Sprintf("retry: unknown Repeats %d", p.Repeats))
	case p.BufferTotal < 0:
		panic(fmt.Sprintf("retry: BufferTotal is negative: %v", p.BufferTotal))
	case p.BufferTotal > 0 && p.BufferTotal < p.BufferLimit:
		panic(fmt.Sprintf("retry: BufferTotal %d is below BufferLimit %d", p.BufferTotal, p.BufferLimit))
	case !isToken(p.AttemptHeader):
		panic(fmt.Sprintf("retry: AttemptHeader %q is not a header name", p.AttemptHeader))
	case p.When != nil && (p.Statuses != nil || p.Errors != nil || p.CheckRetry != nil):
		panic("retry: When decides alone: leave Statuses, Errors and CheckRetry unset")
	case p.CheckRetry != nil && (p.Statuses != nil || p.Errors != nil):
		panic("retry: CheckRetry decides alone: leave Statuses and Errors unset")
	}
	for _, s := range p.Statuses {
		validStatus(s)
	}
	for s, d := range p.Delays {
		validStatus(s)
		if d < 0 {
			panic(fmt.Sprintf("retry: Delays[%d] is negative: %s", s, d))
		}
	}
}

func validStatus(s int) {
	if s < 100 || s > 999 {
		panic(fmt.Sprintf("retry: status %d is not between 100 and 999", s))
	}
}

// isToken reports whether s can be the name of a header.
func isToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}

package logging

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A Log is the layer that logs. It is safe for concurrent use.
type Log struct{ plan plan }

// New returns a layer that logs as c says. It panics on a template with a
// placeholder that its event does not know.
func New(c Config) *Log {
	return &Log{plan{c, c.compile(false)}}
}

// Wrap implements transport.Layer.
func (l *Log) Wrap(next http.RoundTripper) http.RoundTripper {
	if l.plan.config.Logger == nil {
		return layer.Wrap("logging", l, next, nil)
	}
	return layer.Wrap("logging", l, next, l.trip)
}

// kind is a field of Config.
type kind uint8

const (
	request kind = iota
	response
	failure
	retry
	retried
	exhausted
	throttled
	released
	queued
	freed
	paused
	recorded
	replayed
	hooked
	leaked
	kinds
)

// plan is a Config with its templates cut.
type plan struct {
	config Config
	events [kinds]event
}

type event struct {
	on    bool
	level slog.Level
	text  template
	names []string
	f     func(layer.Event) string
}

// compile cuts the templates of the config: bad ones panic, or stay as they
// are if lenient, since a call must not fail for its log.
func (c Config) compile(lenient bool) [kinds]event {
	base := []string{"URL", "UURL", "ENDPOINT", "UENDPOINT", "METHOD"}
	after := slices.Concat(base, []string{"STATUS", "ELAPSED", "REPLAY", "IS_REPLAY", "ERROR", "CUR_ATTEMPT"})
	again := slices.Concat(after, []string{"RETRY_DELAY", "RETRY_CAUSE", "MAX_ATTEMPT"})
	waits := slices.Concat(base, []string{"THROTTLE_TIME", "THROTTLE_LIMIT", "THROTTLE_TIME_RANGE", "RULE", "CUR_ATTEMPT"})
	slots := slices.Concat(base, []string{"CONCURRENT_REQUESTS", "QUEUE_TIME", "RULE"})
	rows := [kinds]struct {
		Event
		text  string
		names []string
	}{
		request:   {c.Request, "{METHOD} {URL}", base},
		response:  {c.Response, "{METHOD} {URL} returned {STATUS} in {ELAPSED}s", after},
		failure:   {c.Errors, "{METHOD} {URL} failed: {STATUS} {ERROR}", after},
		retry:     {c.Retry, "{METHOD} {URL} will be retried in {RETRY_DELAY}s after {RETRY_CAUSE}, attempt {CUR_ATTEMPT} of {MAX_ATTEMPT} failed", again},
		retried:   {c.Retried, "{METHOD} {URL} retried: {STATUS}, attempt {CUR_ATTEMPT}", after},
		exhausted: {c.Exhausted, "{METHOD} {URL} gave up after attempt {CUR_ATTEMPT}: {RETRY_CAUSE}", again},
		throttled: {c.Throttled, "{METHOD} {URL} waits {THROTTLE_TIME}s for {RULE}", waits},
		released:  {c.Released, "{METHOD} {URL} waited {THROTTLE_TIME}s for {RULE}", waits},
		queued:    {c.Queued, "{METHOD} {URL} waits for a slot: {CONCURRENT_REQUESTS} in flight", slots},
		freed:     {c.Freed, "{METHOD} {URL} freed a slot of {CONCURRENT_REQUESTS}", slots},
		paused:    {c.Paused, "{METHOD} {URL} returned {STATUS}: {SCOPE} pauses for {RETRY_AFTER}s", slices.Concat(after, []string{"RETRY_AFTER", "SCOPE"})},
		recorded:  {c.Recorded, "{METHOD} {URL} recorded", base},
		replayed:  {c.Replayed, "{METHOD} {URL} replayed", base},
		hooked:    {c.Hooks, "{METHOD} {URL}: a hook failed: {ERROR}", after},
		leaked:    {c.Leaks, "{METHOD} {URL} returned a body that was never closed", base},
	}
	var es [kinds]event
	if c.Logger == nil {
		return es
	}
	for k, r := range rows {
		e := event{on: r.On, level: r.Level, names: r.names, f: r.Func}
		if errs := []kind{failure, hooked, leaked}; !r.On && slices.Contains(errs, kind(k)) {
			e.on, e.level = true, slog.LevelError
		}
		e.on = e.on && e.level != Never
		text := r.Template
		if text == "" {
			text = r.text
		}
		t, unknown := compile(text, r.names)
		if unknown != "" && !lenient {
			panic(fmt.Sprintf("logging: unknown placeholder {%s} in %q; this event knows %s", unknown, text, strings.Join(r.names, " ")))
		}
		e.text = t
		es[k] = e
	}
	return es
}

// of returns the plan for a call: the override or the layer's own.
func (l *Log) of(ctx context.Context) *plan {
	if p, ok := layer.Setting[*plan](ctx); ok {
		return p
	}
	return &l.plan
}

func (l *Log) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	p := l.of(req.Context())
	if p.config.Logger == nil {
		return next.RoundTrip(req)
	}
	p.log(request, layer.Event{Call: c}, req, 0)
	after := p.wants(req.Context(), response) || p.wants(req.Context(), failure)
	var start time.Time
	if after {
		start = time.Now()
	}
	resp, err := next.RoundTrip(req)
	if !after {
		return resp, err
	}
	a := c.Attempt().For(resp)
	e := layer.Event{Call: c, Attempt: a, Response: resp, Err: err}
	elapsed := time.Since(start)
	if resp != nil {
		p.log(response, e, req, elapsed)
	}
	if p.wants(req.Context(), failure) {
		switch a.End(resp, err) {
		case verdict.OK, verdict.Canceled, verdict.Unjudged:
		default:
			e.Err = a.Err()
			p.log(failure, e, req, elapsed)
		}
	}
	return resp, err
}

// Wants makes the layer a layer.Observer. The end of each attempt is heard
// only if Retried is on, since every call has one.
func (l *Log) Wants() layer.Kind {
	if l.plan.config.Logger == nil {
		return 0
	}
	rare := layer.RetryScheduled | layer.Exhausted | layer.WaitBegin |
		layer.WaitEnd | layer.SlotFreed | layer.Paused | layer.Recorded | layer.Replayed | layer.HookFailed |
		layer.BodyLeaked
	if l.plan.events[retried].on {
		return rare | layer.AttemptEnd
	}
	return rare
}

// Observe logs the events of other layers.
func (l *Log) Observe(e layer.Event) {
	req := e.Call.Request()
	p := l.of(req.Context())
	if p.config.Logger == nil {
		return
	}
	switch k, ok := kindOf(e); {
	case !ok:
	case k == retried:
		p.log(k, e, req, e.Attempt.Elapsed())
	default:
		p.log(k, e, req, 0)
	}
}

// kindOf finds the field of Config that an event belongs to.
func kindOf(e layer.Event) (kind, bool) {
	slot := e.How == layer.Queue
	switch e.Kind {
	case layer.RetryScheduled:
		return retry, true
	case layer.Exhausted:
		return exhausted, true
	case layer.AttemptEnd:
		return retried, e.Attempt.Cause() != layer.First
	case layer.WaitBegin:
		if slot {
			return queued, true
		}
		return throttled, e.How != layer.Backoff
	case layer.WaitEnd:
		return released, !slot && e.How != layer.Backoff
	case layer.SlotFreed:
		return freed, true
	case layer.Paused:
		return paused, true
	case layer.Recorded:
		return recorded, true
	case layer.Replayed:
		return replayed, true
	case layer.HookFailed:
		return hooked, true
	case layer.BodyLeaked:
		return leaked, true
	case layer.CallBegin, layer.CallEnd, layer.BodyEnd:
	}
	return 0, false
}

func (p *plan) wants(ctx context.Context, k kind) bool {
	e := &p.events[k]
	return e.on && p.config.Logger.Enabled(ctx, e.level)
}

func (p *plan) log(k kind, te layer.Event, req *http.Request, elapsed time.Duration) {
	ctx := req.Context()
	if !p.wants(ctx, k) {
		return
	}
	e := &p.events[k]
	f := &facts{Event: te, req: req, redact: p.config.Redact, elapsed: elapsed}
	t := e.text
	if e.f != nil {
		t, _ = compile(e.f(te), e.names)
	}
	// Whatever a template or a function brought along, the line has no secret.
	p.config.Logger.LogAttrs(ctx, e.level, strings.TrimRight(p.config.Redact.Text(t.fill(f.value)), " "), f.attrs())
}

// Explain says what is logged.
func (l *Log) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true})
	if l.plan.config.Logger == nil {
		p.Note("logging: off")
		return
	}
	p.Note("logging: to a slog.Logger")
}

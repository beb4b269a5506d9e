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
)

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
	kinds // the number of kinds
)

// plan is a Config with its templates compiled.
type plan struct {
	config Config
	events [kinds]event
}

// event is an Event with its template compiled and its default in place.
type event struct {
	on    bool
	level slog.Level
	text  template
	names []string // the placeholders that the event knows
	f     func(transport.Event) string
}

// compile compiles the templates of a Config. It panics on an unknown placeholder,
// unless it is lenient: an override must not fail a call.
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
		e.on = e.on && e.level != NoLevel
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

// wants reports whether a kind is logged now.
func (p *plan) wants(ctx context.Context, k kind) bool {
	e := &p.events[k]
	return e.on && p.config.Logger.Enabled(ctx, e.level)
}

// log writes a line for e if its kind is logged.
func (p *plan) log(k kind, e layer.Event, req *http.Request, elapsed time.Duration) {
	ctx := req.Context()
	if !p.wants(ctx, k) {
		return
	}
	how := &p.events[k]
	f := &facts{Event: e, req: req, redact: p.config.Redact, elapsed: elapsed}
	t := how.text
	if how.f != nil {
		t, _ = compile(how.f(transport.EventOf(e)), how.names)
	}
	// The whole message is redacted, since a template or a function may bring a secret.
	p.config.Logger.LogAttrs(ctx, how.level, strings.TrimRight(p.config.Redact.Text(t.fill(f.value)), " "), f.attrs())
}

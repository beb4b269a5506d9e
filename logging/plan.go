package logging

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// plan is a Config with its templates compiled.
type plan struct {
	config   Config
	events   [kinds]event
	outcomes bool // Response or Errors is on
}

func newPlan(c Config, lenient bool) plan {
	p := plan{config: c, events: c.compile(lenient)}
	p.outcomes = p.events[response].on || p.events[failure].on
	return p
}

// Needs says that what logs needs the layer.
func (p *plan) Needs() string {
	if p.config.Logger == nil {
		return ""
	}
	return layerName
}

// event is an Event with its template compiled and its default in place.
type event struct {
	on    bool
	level slog.Level
	text  template
	every uint64   // log one event of this many
	names []string // the placeholders that the event knows
	name  string   // the value of the attribute gracy.event
	f     func(transport.Event) string

	builtIn template // the template to use if f panics
}

// compile compiles the templates of a Config. It panics on an unknown placeholder unless lenient is
// set, since an override must not fail a call.
func (c Config) compile(lenient bool) [kinds]event {
	var es [kinds]event
	if c.Logger == nil {
		return es
	}
	names := names()
	for k, r := range c.rows() {
		e := event{name: names[k], on: r.event.isOn(), level: r.event.Level, names: r.names, f: r.event.Func, every: uint64(max(0, r.event.Every))} //nolint:gosec // it is not negative
		if r.event.Every < 0 && !lenient {
			panic(fmt.Sprintf("logging: %s.Every is negative: %d", r.field, r.event.Every))
		}
		if !e.on && r.byError {
			e.on = true
		}
		if r.byError && !r.event.On && e.level == 0 {
			e.level = slog.LevelError
		}
		e.on = e.on && e.level != NoLevel
		e.builtIn, _ = compile(r.text, r.names)
		e.text = e.builtIn
		if text := r.event.Template; text != "" {
			t, unknown := compile(text, r.names)
			if unknown != "" && !lenient {
				panic(fmt.Sprintf("logging: unknown placeholder {%s} in %q; %s knows %s", unknown, text, r.field, strings.Join(r.names, " ")))
			}
			e.text = t
		}
		es[k] = e
	}
	return es
}

// of returns the plan for a call: the one of its override, or the layer's own.
func (l *Log) of(ctx context.Context) *plan {
	if p, ok := layer.Setting[*plan](ctx); ok {
		return p
	}
	return &l.plan
}

// wants reports whether events of a kind are logged now. It returns false if the handler panics.
func (p *plan) wants(ctx context.Context, k kind) (on bool) {
	e := &p.events[k]
	if !e.on {
		return false
	}
	defer func() {
		if recover() != nil {
			on = false
		}
	}()
	return p.config.Logger.Enabled(ctx, e.level)
}

// log writes a line for e if its kind is logged.
func (l *Log) log(p *plan, k kind, e layer.Event, req *http.Request) {
	if p.wants(req.Context(), k) {
		l.line(p, k, e, req, elapsed(k, e.Attempt))
	}
}

// line writes a line for e, unless Every or Repeats leaves this one out. A panic in a function of
// the Config or in the handler costs the line and not the call.
func (l *Log) line(p *plan, k kind, e layer.Event, req *http.Request, elapsed time.Duration) {
	defer func() { _ = recover() }()
	how := &p.events[k]
	if how.every > 1 && l.seen[k].Add(1)%how.every != 0 {
		return
	}
	f := facts{Event: e, kind: k, name: how.name, req: req, redact: p.config.Redact, elapsed: elapsed}
	if every := p.config.Repeats; every > 0 {
		written, due := l.repeats.add(f.sort(p.config.Logger), repeated{every: every, level: how.level, mask: p.config.Redact})
		l.write(due)
		if !written {
			return
		}
	}
	t := how.text
	if how.f != nil {
		t = how.made(&f)
	}
	// The buffers of most lines fit on the stack. The whole message is redacted, since a template
	// or a function may bring in a secret.
	var text [usualText]byte
	var attrs [usualAttrs]slog.Attr
	message := p.config.Redact.Text(string(t.fill(text[:0], &f)))
	r := slog.NewRecord(time.Now(), how.level, strings.TrimRight(message, " "), l.source())
	r.AddAttrs(f.attrs(attrs[:0])...)
	_ = p.config.Logger.Handler().Handle(req.Context(), r)
}

// source returns the program counter that a handler may show with a line. It is the same for all
// lines, and finding it takes as long as writing several attributes.
func (l *Log) source() uintptr {
	pc := l.pc.Load()
	if pc == 0 {
		var pcs [1]uintptr
		runtime.Callers(2, pcs[:]) // the caller, line
		pc = pcs[0]
		l.pc.Store(pc)
	}
	return pc
}

const (
	usualText  = 256 // the bytes of a message
	usualAttrs = 12  // the attributes of a line
)

// made returns the template that Func of the event makes. If Func panics, it returns the built-in
// template, and the panic becomes an attribute of the line.
func (e *event) made(f *facts) (t template) {
	defer func() {
		if r := recover(); r != nil {
			t, f.panicked = e.builtIn, fmt.Sprint(r)
		}
	}()
	t, _ = compile(e.f(transport.EventOf(f.Event)), e.names)
	return t
}

package logging

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/errtype"
	"github.com/gracy-go/gracy/redact"
)

// mostSame is how many different lines are counted apart. Beyond that, all further lines of an
// event count as one.
const mostSame = 500

// same is what lines have in common that repeat each other. It is the key of their count.
type same struct {
	logger *slog.Logger // an override may have another
	kind   kind
	method string
	route  string // empty for the lines beyond mostSame
	status int
	class  string // of the error
}

// repeated counts the lines with one key that were not written.
type repeated struct {
	every time.Duration
	level slog.Level
	mask  *redact.Redactor
	since time.Duration // when the last line was written, or the last line that a tally counts
	last  time.Duration // when the last line with this key came
	count int
}

// repeats counts the lines that are not written. Times are relative to start. There is no
// goroutine: the next call writes what is due.
type repeats struct {
	start time.Time
	due   atomic.Int64 // the earliest time at which a count is due, 0 for none

	mu    sync.Mutex // mu guards sorts
	sorts map[same]*repeated
}

// A tally is a line that says how often another would have been repeated.
type tally struct {
	same
	repeated
}

// sort returns the key of the line of an event.
func (f *facts) sort(logger *slog.Logger) same {
	s := same{logger: logger, kind: f.kind, method: methodName(f.method()), route: f.Call.Route(), status: f.status()}
	if f.Err != nil {
		s.class = errtype.Of(f.req.Context(), f.Err)
	}
	return s
}

// add counts a line. It reports whether the line is to be written, and returns the tallies that are
// due.
func (r *repeats) add(s same, how repeated) (written bool, list []tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Since(r.start)
	had := r.sorts[s]
	if had == nil && len(r.sorts) >= mostSame {
		list = r.sweepLocked(now, false)
		if len(r.sorts) >= mostSame {
			s = same{kind: s.kind, logger: s.logger}
			if had = r.sorts[s]; had == nil && len(r.sorts) >= mostSame+2*int(kinds) {
				return true, list // there are many loggers, such as one for each call
			}
		}
	}
	if had == nil {
		how.since, how.last = now, now
		r.sorts[s] = &how
		return true, list
	}
	if had.count > 0 && now-had.since >= had.every {
		list = append(list, tally{s, *had})
		had.since, had.count = had.last, 0
	}
	silent := now-had.last >= had.every
	had.last = now
	if silent {
		had.since = now
		return true, list
	}
	if had.count++; had.count == 1 {
		if due, at := r.due.Load(), int64(had.since+had.every); due == 0 || at < due {
			r.due.Store(at)
		}
	}
	return false, list
}

// sweep returns the tallies that are due, or all of them. It forgets the keys that had no line for
// the time of Repeats.
func (r *repeats) sweep(all bool) []tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sweepLocked(time.Since(r.start), all)
}

// sweepLocked is sweep at a time. The caller holds mu.
func (r *repeats) sweepLocked(now time.Duration, all bool) (list []tally) {
	due := int64(0)
	for s, had := range r.sorts {
		if had.count > 0 && (all || now-had.since >= had.every) {
			list = append(list, tally{s, *had})
			had.since, had.count = had.last, 0
		}
		if had.count == 0 && now-had.last >= had.every {
			delete(r.sorts, s)
		}
		if at := int64(had.since + had.every); had.count > 0 && (due == 0 || at < due) {
			due = at
		}
	}
	r.due.Store(due)
	slices.SortFunc(list, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.kind, b.kind), strings.Compare(a.route, b.route), cmp.Compare(a.status, b.status))
	})
	return list
}

// isDue reports whether a tally is due. If nothing was counted, it does not read the clock.
func (r *repeats) isDue() bool {
	due := r.due.Load()
	return due != 0 && int64(time.Since(r.start)) >= due
}

// overdue writes the tallies that are due. Like begun, it is not part of trip.
//
//go:noinline
func (l *Log) overdue() { l.write(l.repeats.sweep(false)) }

// Flush writes the lines that say how often others would have been repeated and that are still
// due: see Repeats of [Config]. Call it when the program ends.
func (l *Log) Flush() { l.write(l.repeats.sweep(true)) }

// write writes tallies. A handler that panics costs its line.
func (l *Log) write(list []tally) {
	for _, t := range list {
		t.write()
	}
}

func (t tally) write() {
	defer func() { _ = recover() }()
	in := t.last - t.since
	attrs := make([]slog.Attr, 0, 7)
	place := "other routes"
	if t.route != "" {
		place = t.method + " " + t.route
		attrs = append(attrs, slog.String("http.request.method", t.method), slog.String("url.template", t.route))
	}
	if t.status != 0 {
		attrs = append(attrs, slog.Int("http.response.status_code", t.status))
	}
	if class := t.errorType(); class != "" {
		attrs = append(attrs, slog.String("error.type", class))
	}
	attrs = append(attrs, slog.String("gracy.event", names()[t.kind]), slog.Int("gracy.repeats", t.count), slog.Float64("gracy.elapsed", inSeconds(in)))
	text := fmt.Sprintf("%s: %s x %d more in %s", place, t.what(), t.count, brief.Duration(in))
	t.logger.LogAttrs(context.Background(), t.level, t.mask.Text(text), attrs...)
}

// errorType returns the attribute error.type, as the repeated line has it.
func (t tally) errorType() string {
	if t.class == "" && t.kind == failure && t.status != 0 {
		return strconv.Itoa(t.status)
	}
	return t.class
}

// what names what was repeated: the outcome of a response or a failure, or the event with its
// outcome.
func (t tally) what() string {
	outcome := t.class
	if t.status != 0 {
		outcome = strconv.Itoa(t.status)
	}
	if (t.kind == response || t.kind == failure) && outcome != "" {
		return outcome
	}
	return strings.TrimSpace(names()[t.kind] + " " + outcome)
}

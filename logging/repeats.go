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

// mostSame is how many sorts of line are distinguished. Beyond that, all further lines of an
// event are one sort.
const mostSame = 500

// same is what lines that repeat each other have in common.
type same struct {
	logger *slog.Logger // an override has another
	kind   kind
	method string
	route  string // empty where there are too many
	status int
	class  string // of the error
}

// repeated counts the lines of a sort that were not written.
type repeated struct {
	every time.Duration
	level slog.Level
	mask  *redact.Redactor
	since time.Duration // of the line that was written last, or of the last one that was counted in it
	last  time.Duration // of the last one of this sort
	count int
}

// repeats are the lines that are counted and not written. Times are since start. There is no
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

// sort returns what the line of an event has in common with its repeats.
func (f *facts) sort(logger *slog.Logger) same {
	s := same{logger: logger, kind: f.kind, method: methodName(f.method()), route: f.Call.Route(), status: f.status()}
	if f.Err != nil {
		s.class = errtype.Of(f.req.Context(), f.Err)
	}
	return s
}

// add reports whether a line is to be written, and returns what is due for its sort.
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
				return true, list // the lines of many loggers, as of one for each call
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

// sweep returns what is due, or all that was counted, and forgets the sorts that were silent.
func (r *repeats) sweep(all bool) []tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sweepLocked(time.Since(r.start), all)
}

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

// isDue reports whether a count is due. It takes no lock and reads no clock where nothing was counted.
func (r *repeats) isDue() bool {
	due := r.due.Load()
	return due != 0 && int64(time.Since(r.start)) >= due
}

// overdue writes the counts that are due. Like begun it is separate from trip.
//
//go:noinline
func (l *Log) overdue() { l.write(l.repeats.sweep(false)) }

// Flush writes the lines that say how often others would have been repeated and that are still
// due: see Repeats of [Config]. Call it when the program ends.
func (l *Log) Flush() { l.write(l.repeats.sweep(true)) }

// write writes lines of repeats. A handler that panics costs its line.
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

// errorType returns what attribute error.type says, as that of the line itself.
func (t tally) errorType() string {
	if t.class == "" && t.kind == failure && t.status != 0 {
		return strconv.Itoa(t.status)
	}
	return t.class
}

// what names what was repeated: the outcome alone where the event is one.
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

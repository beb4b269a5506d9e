package logging

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/errtype"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// attrs appends the facts to as. A name that OpenTelemetry's semantic conventions define is used as
// it is. The others begin with "gracy." and match the attributes of spans where those have them.
// Durations are in seconds.
func (f *facts) attrs(as []slog.Attr) []slog.Attr {
	method := f.method()
	as = append(as, slog.String("http.request.method", methodName(method)))
	if methodName(method) == other {
		as = append(as, slog.String("http.request.method_original", method))
	}
	as = append(as, slog.String("url.template", f.Call.Route()), slog.String("url.full", f.url()))
	if s := f.status(); s != 0 {
		as = append(as, slog.Int("http.response.status_code", s))
	}
	if a := f.Attempt; a != nil {
		if n := f.resends(); n > 0 {
			as = append(as, slog.Int("http.request.resend_count", n))
		}
		as = append(as, slog.Int("gracy.attempt", a.Number()))
	}
	if t := f.errorType(); t != "" {
		as = append(as, slog.String("error.type", t))
	}
	if f.Err != nil {
		as = append(as, slog.String("exception.message", f.err()))
	}
	as = append(as, slog.String("gracy.event", f.name))
	if f.elapsed > 0 {
		as = append(as, slog.Float64("gracy.elapsed", inSeconds(f.elapsed)))
	}
	wait := f.Wait
	if how, d := f.waited(); d > 0 {
		as = append(as, slog.String("gracy.wait.kind", how.String()))
		wait = d
	}
	if wait > 0 {
		as = append(as, slog.Float64("gracy.wait.duration", inSeconds(wait)))
	}
	if f.replayed() {
		as = append(as, slog.Bool("gracy.replayed", true))
	}
	if text := f.text(); text != "" {
		as = append(as, slog.String(f.textName(), brief.Text(f.redact.Text(text), brief.Longest)))
	}
	if f.kind == failure && f.Attempt != nil {
		if notes := f.Attempt.Notes(); notes != "" {
			as = append(as, slog.String("gracy.notes", brief.Text(f.redact.Text(notes), brief.Longest)))
		}
	}
	if f.panicked != "" {
		as = append(as, slog.String("gracy.panic", brief.Text(f.redact.Text(f.panicked), brief.Longest)))
	}
	return as
}

// other is the method name of any method that is not a standard one.
const other = "_OTHER"

// methodName returns the method, or other.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace, "QUERY":
		return method
	}
	return other
}

// resends returns how many attempts were sent before this one.
func (f *facts) resends() (n int) {
	if f.Attempt.Number() == 1 {
		return 0
	}
	for a := range f.Call.Attempts() {
		if a.Number() >= f.Attempt.Number() {
			break
		}
		if a.Sent() {
			n++
		}
	}
	return n
}

// errorType returns the class of what went wrong, "" if nothing did.
func (f *facts) errorType() string {
	switch {
	case f.Err != nil:
		return errtype.Of(f.req.Context(), f.Err)
	case f.kind == failure && f.status() != 0, f.status() >= http.StatusBadRequest && !f.expected():
		return strconv.Itoa(f.status())
	}
	return ""
}

// expected reports whether the caller expects the status.
func (f *facts) expected() bool { return f.Attempt != nil && f.Attempt.Verdict() == verdict.OK }

// waited returns what a failed call waited longest for, over all its attempts, and how long.
func (f *facts) waited() (how layer.Wait, longest time.Duration) {
	if f.kind != failure {
		return how, 0
	}
	for w := layer.Queue; w <= layer.Backoff; w++ {
		if d := f.Call.Wait(w); d > longest {
			how, longest = w, d
		}
	}
	return how, longest
}

// text returns the text of the event. For a failed call it says why no further attempt was made.
func (f *facts) text() string {
	if f.kind == failure && f.Text == "" {
		return f.Call.StopReason()
	}
	return f.Text
}

// textName returns the attribute that holds the text of an event: what it waits for, or why it
// happens.
func (f *facts) textName() string {
	switch f.kind {
	case throttled, released, queued, acquired, freed, paused:
		return "gracy.wait.rule"
	default:
		return "gracy.reason"
	}
}

// inSeconds returns d in seconds, rounded to microseconds.
func inSeconds(d time.Duration) float64 { return brief.Seconds(d.Round(time.Microsecond)) }

package layer

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// String explains the call: a line for the outcome, one per attempt with its
// status, verdict, bytes and the time of each wait, headers and body, and why
// it stopped. It holds no secret: of the URL it shows the route, and errors
// are redacted. Errors and notes of more than 4 KiB are cut.
func (c *Call) String() string {
	var b strings.Builder
	last := c.Attempt()
	n := c.Count()
	fmt.Fprintf(&b, "%s %s: %s", method(c.Request().Method), c.Route(), outcome(last))
	if n != 1 {
		fmt.Fprintf(&b, " after %d attempts", n)
	}
	if last.Ended() {
		fmt.Fprintf(&b, " in %s", brief.Duration(elapsed(c)))
	}
	if replayed(c) {
		b.WriteString(", replayed")
	}
	for a := range c.Attempts() {
		b.WriteByte('\n')
		b.WriteString(strings.TrimRight(a.line(), " "))
	}
	if s := c.StopReason(); s != "" {
		b.WriteString("\n  stopped: ")
		b.WriteString(brief.Text(redact.Text(s), brief.Longest))
	}
	return b.String()
}

// line returns the line of the attempt in String.
func (a *Attempt) line() string {
	b := new(strings.Builder)
	fmt.Fprintf(b, "  %d  %-9s %-9s", a.Number(), outcome(a), a.Verdict())
	for w := range waitKinds {
		if d := a.Wait(w); d > 0 {
			fmt.Fprintf(b, "  %s %s", w, brief.Duration(d))
		}
	}
	if a.Ended() && a.Verdict() != verdict.Rejected {
		fmt.Fprintf(b, "  headers %s", brief.Duration(a.TimeToHeaders()))
	}
	if d := a.RecordedTime(); d > 0 {
		fmt.Fprintf(b, "  recorded %s", brief.Duration(d))
	}
	if a.BodyEnded() && a.Status() != 0 {
		fmt.Fprintf(b, "  body %s", brief.Duration(a.BodyTime()))
	}
	if n := a.Bytes(); n > 0 {
		fmt.Fprintf(b, "  %d B", n)
	}
	if a.Cause() != First {
		fmt.Fprintf(b, "  (%s)", a.Cause())
	}
	if err := a.Err(); err != nil {
		fmt.Fprintf(b, "  %s", brief.Text(redact.Error(err), brief.Longest))
	}
	if s := a.Notes(); s != "" {
		fmt.Fprintf(b, "  [%s]", brief.Text(redact.Text(s), brief.Longest))
	}
	return b.String()
}

// outcome returns the status of an attempt, or a word if it has none.
func outcome(a *Attempt) string {
	switch {
	case !a.Ended():
		return "running"
	case a.Status() != 0:
		return strconv.Itoa(a.Status())
	case a.Err() != nil:
		return "error"
	}
	return "nothing"
}

// LogValue makes a Call a group of a structured log. It holds no secret.
func (c *Call) LogValue() slog.Value {
	last := c.Attempt()
	attrs := []slog.Attr{
		slog.String("method", method(c.Request().Method)),
		slog.String("route", c.Route()),
		slog.Int("status", last.Status()),
		slog.String("verdict", last.Verdict().String()),
		slog.Int("attempts", c.Count()),
		slog.Duration("elapsed", elapsed(c)),
	}
	for w := range waitKinds {
		if d := c.Wait(w); d > 0 {
			attrs = append(attrs, slog.Duration(w.String(), d))
		}
	}
	if replayed(c) {
		attrs = append(attrs, slog.Bool("replayed", true))
	}
	if s := c.StopReason(); s != "" {
		attrs = append(attrs, slog.String("stopped", brief.Text(redact.Text(s), brief.Longest)))
	}
	if err := last.Err(); err != nil {
		attrs = append(attrs, slog.String("error", brief.Text(redact.Error(err), brief.Longest)))
	}
	return slog.GroupValue(attrs...)
}

// elapsed returns the time from the start of the first attempt to the headers of the last.
func elapsed(c *Call) time.Duration {
	last := c.Attempt()
	return last.start.Add(last.Elapsed()).Sub(c.first.start)
}

// Wait returns how long the attempts together waited in the way w.
func (c *Call) Wait(w Wait) time.Duration {
	var d time.Duration
	for a := range c.Attempts() {
		d += a.Wait(w)
	}
	return d
}

// replayed reports whether a response of a call came from a recording, rather than from something
// that stands in for one.
func replayed(c *Call) bool {
	for a := range c.Attempts() {
		if a.Replayed() {
			return true
		}
	}
	return false
}

func method(m string) string {
	if m == "" {
		return http.MethodGet
	}
	return redact.Text(m)
}

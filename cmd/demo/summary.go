package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/redact"
)

// Summary is how the run went, and what -json writes.
type Summary struct {
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"`
	Control  []string `json:"control,omitempty"` // what -without showed, as it must
	Canceled bool     `json:"canceled"`

	N      int     `json:"n"`
	Seed   uint64  `json:"seed"`
	Faults float64 `json:"faults"`

	Wanted   int     `json:"wanted"` // resources
	Done     int     `json:"done"`
	Failures int     `json:"failures"`
	Complete bool    `json:"complete"`
	Seconds  float64 `json:"seconds"`

	Equal  bool   `json:"equal"` // both passes, byte for byte
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`

	Tape   TapeSummary    `json:"tape"`
	Server *ServerSummary `json:"server,omitempty"` // not with -base-url
	Total  metrics.Row    `json:"total"`            // the client's figures of the first pass

	without []string
	first   error // the first failure
}

// TapeSummary is about the recording and the second pass.
type TapeSummary struct {
	Path     string  `json:"path,omitempty"`
	Before   int64   `json:"replayed_first"` // answers that an earlier run had recorded
	Recorded int64   `json:"recorded"`
	Replayed int64   `json:"replayed"`
	Missed   int64   `json:"missed"`
	Dials    int64   `json:"dials"`    // attempts at the denied network
	Arrivals int     `json:"arrivals"` // at the server during the second pass
	Seconds  float64 `json:"seconds"`
}

// ServerSummary is what the embedded server counted.
type ServerSummary struct {
	Requests   int            `json:"requests"`
	Statuses   map[string]int `json:"statuses"`
	Unanswered int            `json:"unanswered"` // no status was sent
	Faults     map[string]int `json:"faults"`
	Quota      string         `json:"quota"`
	Violations int            `json:"violations"`
	Peak       int            `json:"peak"` // most requests at once
	PeakLimit  int            `json:"peak_limit"`
}

func (s *ServerSummary) total() int {
	if s == nil {
		return 0
	}
	return s.Requests
}

func newSummary(o *options) *Summary {
	return &Summary{N: o.n, Seed: o.seed, Faults: o.faults, Tape: TapeSummary{Path: o.tape}, without: o.without}
}

// job takes down how the first pass went.
func (s *Summary) job(out *outcome, took time.Duration) {
	s.Wanted, s.Done, s.Failures, s.Seconds = out.Wanted, out.Done, len(out.Failures), took.Seconds()
	if len(out.Failures) > 0 {
		s.first = out.Failures[0]
	}
	s.Complete = len(out.Failures) == 0 && out.Done == out.Wanted && out.Wanted > 0
}

// again takes down what went wrong in the second pass.
func (s *Summary) again(out *outcome) {
	if s.first == nil && len(out.Failures) > 0 {
		s.first = fmt.Errorf("second pass: %w", out.Failures[0])
	}
}

// counts reads the server's counts and the client's figures.
func (d *demo) counts() {
	d.sum.Total = d.live.Snapshot().Total
	d.sum.Total.Latency.Buckets, d.sum.Total.FailureLatency.Buckets = nil, nil
	if d.server == nil {
		return
	}
	c := d.server.Counts()
	limit, per := quota()
	s := &ServerSummary{
		Requests: c.Total, Unanswered: c.Total, Statuses: map[string]int{}, Faults: map[string]int{},
		Quota: fmt.Sprintf("%d in any %v", limit, per), Violations: c.Violations(), Peak: c.Peak, PeakLimit: slots,
	}
	for _, byStatus := range c.Statuses {
		for status, n := range byStatus {
			s.Statuses[strconv.Itoa(status)] += n
			s.Unanswered -= n
		}
	}
	for kind, n := range c.Faults {
		if kind != 0 {
			s.Faults[kind.String()] = n
		}
	}
	d.sum.Server = s
}

// serverSide writes the server's own counts.
func (d *demo) serverSide() {
	s := d.sum.Server
	if s == nil {
		return
	}
	d.step("What the server counted")
	if s.Requests == 0 {
		d.say("  no request: all of it was on the tape already")
		return
	}
	d.indent(fmt.Sprintf("%d requests: %s", s.Requests, tally(s.Statuses, s.Unanswered)))
	if len(s.Faults) > 0 {
		d.indent("broken on purpose: " + tally(s.Faults, 0))
	}
	violations := plural(s.Violations, "violation", "violations")
	if s.Violations == 0 {
		violations = d.paint.green(violations)
	} else {
		violations = d.paint.red(violations)
	}
	d.say("  quota %s: %s; at most %d requests at once (limit %d)", s.Quota, violations, s.Peak, s.PeakLimit)
}

func tally(counts map[string]int, unanswered int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d x %s", counts[name], name))
	}
	if unanswered > 0 {
		parts = append(parts, fmt.Sprintf("%d never answered", unanswered))
	}
	return strings.Join(parts, ", ")
}

// conclude decides how the run went and says so in a line.
func (d *demo) conclude() {
	s := d.sum
	s.judge()
	d.say("")
	switch {
	case len(s.Problems) > 0:
		for _, p := range s.Problems {
			d.indent(d.paint.red("failed") + "  " + p)
		}
	case len(s.without) > 0:
		for _, c := range s.Control {
			d.say("%s  %s", d.paint.green("as it must"), c)
		}
	case s.Server.total() == 0: // not embedded, or not needed: there is nothing to claim
		d.say("%s  %d of %d, the same bytes from the tape", d.paint.green("ok"), s.Done, s.Wanted)
	default:
		d.say("%s  0 violations, %d of %d, the same bytes from the tape", d.paint.green("ok"), s.Done, s.Wanted)
	}
	if d.tape != "" {
		d.say("the tape is kept: %s", d.tape)
	}
}

// judge fills in OK, Problems and Control.
func (s *Summary) judge() {
	problem := func(bad bool, format string, args ...any) {
		if bad {
			s.Problems = append(s.Problems, fmt.Sprintf(format, args...))
		}
	}
	if len(s.without) > 0 {
		s.control()
	} else {
		problem(s.Server != nil && s.Server.Violations > 0, "%d violations of the quota at the server", s.Server.violations())
		problem(!s.Complete, "incomplete: %d of %d, %d failures", s.Done, s.Wanted, s.Failures)
		problem(s.Tape.Missed > 0, "%d answers were missing on the tape", s.Tape.Missed)
		problem(s.Tape.Dials > 0, "the second pass tried to dial %d times", s.Tape.Dials)
		problem(s.Tape.Arrivals > 0, "the second pass sent %d requests", s.Tape.Arrivals)
		problem(!s.Equal, "the results from the tape differ")
		problem(s.first != nil, "first failure: %s", redact.Error(s.first))
	}
	s.OK = len(s.Problems) == 0
}

// control looks for what a control run must show.
func (s *Summary) control() {
	for _, name := range s.without {
		shown := map[string]int{"throttle": s.Server.violations(), "retry": s.Failures, "replay": s.Tape.Arrivals}[name]
		text := fmt.Sprintf("without %s: %d %s", name, shown, map[string]string{
			"throttle": "violations of the quota", "retry": "failures", "replay": "requests in the second pass",
		}[name])
		if shown > 0 {
			s.Control = append(s.Control, text)
		} else {
			s.Problems = append(s.Problems, text+", and there must be some")
		}
	}
}

func (s *ServerSummary) violations() int {
	if s == nil {
		return 0
	}
	return s.Violations
}

// note adds what stopped the run.
func (s *Summary) note(err error) {
	if err != nil {
		s.OK = false
		s.Problems = append(s.Problems, redact.Error(err))
	}
}

// exit is the exit code of a run that ended with err.
func (s *Summary) exit(err error) int {
	switch {
	case s.Canceled && (err == nil || errors.Is(err, errDenied)):
		return exitCanceled
	case err == nil && s.OK:
		return exitOK
	}
	return exitFailed
}

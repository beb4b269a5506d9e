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

// A Summary is the result of a run, which -json writes.
type Summary struct {
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"`
	Control  []string `json:"control,omitempty"` // the effects of -without, as expected
	Canceled bool     `json:"canceled"`

	N      int     `json:"n"`
	Seed   uint64  `json:"seed"`
	Faults float64 `json:"faults"`

	Wanted   int     `json:"wanted"` // the number of resources on the lists
	Done     int     `json:"done"`   // how many of them the first job got
	Failures int     `json:"failures"`
	Complete bool    `json:"complete"`
	Seconds  float64 `json:"seconds"`

	Equal  bool   `json:"equal"` // whether both jobs gave the same bytes
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`

	Tape   TapeSummary    `json:"tape"`
	Server *ServerSummary `json:"server,omitempty"` // nil with -base-url
	Total  metrics.Row    `json:"total"`            // the metrics of the first job

	without []string
	first   error // the first failure
}

// A TapeSummary is about the recording and the second job.
type TapeSummary struct {
	Path     string  `json:"path,omitempty"`
	Before   int64   `json:"replayed_first"` // the responses that an earlier run recorded
	Recorded int64   `json:"recorded"`
	Replayed int64   `json:"replayed"`
	Missed   int64   `json:"missed"`
	Dials    int64   `json:"dials"`    // the attempts to connect while the network was denied
	Arrivals int     `json:"arrivals"` // the requests to the server during the second job
	Seconds  float64 `json:"seconds"`
}

// A ServerSummary is what the embedded server counted.
type ServerSummary struct {
	Requests   int            `json:"requests"`
	Statuses   map[string]int `json:"statuses"`
	NoResponse int            `json:"no_response"` // the requests without a status
	Faults     map[string]int `json:"faults"`
	Quota      string         `json:"quota"`
	Violations int            `json:"violations"`
	Peak       int            `json:"peak"` // the most requests at once
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

// recordFirst records the result of the first job.
func (s *Summary) recordFirst(out *outcome, took time.Duration) {
	s.Wanted, s.Done, s.Failures, s.Seconds = out.Wanted, out.Done, len(out.Failures), took.Seconds()
	if len(out.Failures) > 0 {
		s.first = out.Failures[0]
	}
	s.Complete = len(out.Failures) == 0 && out.Done == out.Wanted && out.Wanted > 0
}

// recordSecond records the first failure of the second job.
func (s *Summary) recordSecond(out *outcome) {
	if s.first == nil && len(out.Failures) > 0 {
		s.first = fmt.Errorf("from the tape: %w", out.Failures[0])
	}
}

// counts reads the counts of the server and the metrics of the client.
func (d *demo) counts() {
	d.sum.Total = d.live.Snapshot().Total
	d.sum.Total.Latency.Buckets, d.sum.Total.FailureLatency.Buckets = nil, nil
	if d.server == nil {
		return
	}
	c := d.server.Counts()
	limit, per := quota()
	s := &ServerSummary{
		Requests: c.Total, NoResponse: c.Total, Statuses: map[string]int{}, Faults: map[string]int{},
		Quota: fmt.Sprintf("%d in any %v", limit, per), Violations: c.Violations(), Peak: c.Peak, PeakLimit: slots,
	}
	for _, byStatus := range c.Statuses {
		for status, n := range byStatus {
			s.Statuses[strconv.Itoa(status)] += n
			s.NoResponse -= n
		}
	}
	for kind, n := range c.Faults {
		if kind != 0 {
			s.Faults[kind.String()] = n
		}
	}
	d.sum.Server = s
}

// serverSide writes the counts of the server.
func (d *demo) serverSide() {
	s := d.sum.Server
	if s == nil {
		return
	}
	d.step("What the server counted")
	if s.Requests == 0 {
		d.say("  no requests: all responses were on the tape already")
		return
	}
	d.indent(fmt.Sprintf("%d requests: %s", s.Requests, tally(s.Statuses, s.NoResponse)))
	if len(s.Faults) > 0 {
		d.indent("broken on purpose: " + tally(s.Faults, 0))
	}
	violations := plural(s.Violations, "violation", "violations")
	if s.Violations == 0 {
		violations = d.paint.green(violations)
	} else {
		violations = d.paint.red(violations)
	}
	d.say("  quota of %s: %s; at most %d requests at once (limit %d)", s.Quota, violations, s.Peak, s.PeakLimit)
}

// tally lists counts by name.
func tally(counts map[string]int, noResponse int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d x %s", counts[name], name))
	}
	if noResponse > 0 {
		parts = append(parts, fmt.Sprintf("%d without a response", noResponse))
	}
	return strings.Join(parts, ", ")
}

// conclude judges the run and writes the last lines.
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
			d.say("%s  %s", d.paint.green("as expected"), c)
		}
	case s.Server.total() == 0: // the server is not ours, or got no request
		d.say("%s  %d of %d, the same bytes from the tape", d.paint.green("ok"), s.Done, s.Wanted)
	default:
		d.say("%s  0 violations, %d of %d, the same bytes from the tape", d.paint.green("ok"), s.Done, s.Wanted)
	}
	if d.tape != "" {
		d.say("the tape is kept in %s", d.tape)
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
		problem(s.Tape.Missed > 0, "%d responses were missing from the tape", s.Tape.Missed)
		problem(s.Tape.Dials > 0, "the second job tried to connect %d times", s.Tape.Dials)
		problem(s.Tape.Arrivals > 0, "the second job sent %d requests", s.Tape.Arrivals)
		problem(!s.Equal, "the results from the tape differ")
		problem(s.first != nil, "first failure: %s", redact.Error(s.first))
	}
	s.OK = len(s.Problems) == 0
}

// control fills in Control, and Problems where an effect of -without is missing.
func (s *Summary) control() {
	for _, name := range s.without {
		shown := map[string]int{"throttle": s.Server.violations(), "retry": s.Failures, "replay": s.Tape.Arrivals}[name]
		text := fmt.Sprintf("without %s: %d %s", name, shown, map[string]string{
			"throttle": "violations of the quota", "retry": "failures", "replay": "requests of the second job",
		}[name])
		if shown > 0 {
			s.Control = append(s.Control, text)
		} else {
			s.Problems = append(s.Problems, text+", but there must be some")
		}
	}
}

func (s *ServerSummary) violations() int {
	if s == nil {
		return 0
	}
	return s.Violations
}

// addProblem adds the error that ended the run.
func (s *Summary) addProblem(err error) {
	if err != nil {
		s.OK = false
		s.Problems = append(s.Problems, redact.Error(err))
	}
}

// exit returns the exit code of a run that ended with err.
func (s *Summary) exit(err error) int {
	switch {
	case s.Canceled && (err == nil || errors.Is(err, errDenied)):
		return exitCanceled
	case err == nil && s.OK:
		return exitOK
	}
	return exitFailed
}

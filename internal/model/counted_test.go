package model_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// outcome is what metrics and log lines make of a call.
func (w *world) outcome(ec *edgeCall) string {
	switch {
	case ec.err != nil && errors.Is(ec.err, context.Canceled) && errors.Is(ec.ctxErr, context.Canceled):
		return "canceled"
	case ec.err != nil && errors.Is(ec.err, verdict.ErrRejected):
		return "rejected"
	case ec.err != nil:
		return "failure"
	case ec.spec.whole > 0 && ec.last() != nil && ec.last().spec.breakAt >= 0 && ec.last().endSeq < ec.endSeq:
		return "failure"
	case ec.status/100 == 2, slices.Contains(ec.spec.expect, ec.status), slices.Contains([]int{301, 302, 303, 307, 308}, ec.status) && ec.resp.Header.Get("Location") != "":
		return "success"
	}
	return "failure"
}

// broke reports whether a caller lost by a body that broke off.
func broke(ec *edgeCall) bool {
	if ec.spec.whole > 0 && ec.status/100 == 2 && ec.last() != nil && ec.last().endSeq < ec.endSeq {
		return false
	}
	if ec.readErr == io.EOF { //nolint:errorlint // a body ends with the bare io.EOF
		return false
	}
	return ec.err == nil && ec.readErr != nil && !errors.Is(ec.readCtxErr, context.Canceled)
}

// checkMetrics compares the counts of an outermost recorder with what happened.
func (w *world) checkMetrics() {
	if w.stats == nil {
		return
	}
	outer := w.p.layers[:w.index("metrics")]
	if among(outer, "fretry", "hedge", "retry", "throttle", "concurrency", "bearer", "timeout", "perattempt", "hook") {
		return
	}
	s := w.stats.Snapshot()
	if s.InFlight != 0 || s.Waiting.Queue+s.Waiting.Quota+s.Waiting.Pause+s.Waiting.Backoff != 0 {
		w.fail("metrics: in flight %d, waiting %+v", s.InFlight, s.Waiting)
	}
	counts := map[string]uint64{}
	var classes [6]uint64
	var in, out int64
	var retries, aborts uint64
	brokes := 0
	for _, ec := range w.edges {
		counts[w.outcome(ec)]++
		if broke(ec) {
			brokes++
		}
		for _, a := range ec.arrivals {
			out += max(0, a.req.ContentLength)
			in += int64(a.read)
		}
		for _, c := range ec.trace.Calls() {
			for r := range c.Attempts() {
				if r.Status() != 0 {
					classes[r.Status()/100]++
				} else if r.Sent() && (r.Verdict() != verdict.Canceled || errors.Is(ec.ctxErr, context.DeadlineExceeded)) {
					aborts++
				}
				if r.Cause() == transport.Retry {
					retries++
				}
			}
		}
	}
	r := s.Total
	type pair struct {
		name      string
		got, want any
	}
	for _, p := range []pair{
		{"calls", r.Calls, uint64(len(w.edges))},
		{"sum", r.Calls, r.Successes + r.Failures + r.Canceled},
		{"successes", r.Successes, counts["success"]},
		{"failures", r.Failures, counts["failure"] + counts["rejected"]},
		{"canceled", r.Canceled, counts["canceled"]},
	} {
		if p.got != p.want && !w.reads() {
			w.fail("metrics: %s %v, want %v", p.name, p.got, p.want)
		}
	}
	if w.has("hedge") {
		return
	}
	for _, p := range []pair{
		{"2xx", r.Status2xx, classes[2]},
		{"3xx", r.Status3xx, classes[3]},
		{"4xx", r.Status4xx, classes[4]},
		{"5xx", r.Status5xx, classes[5]},
		{"retries", r.Retries, retries},
		{"broken", w.metric("gracy_bodies_broken_total"), brokes},
	} {
		if p.got != p.want && (p.name != "broken" || !w.has("fretry", "replay")) {
			w.fail("metrics: %s %v, want %v", p.name, p.got, p.want)
		}
	}
	if !w.blind() {
		if r.Attempts != uint64(len(w.arrivals)) && w.late == 0 {
			w.fail("metrics: attempts %d, arrivals %d", r.Attempts, len(w.arrivals))
		}
		if in2 := r.BytesIn; in2 != in && !w.has("hedge", "fretry", "replay", "bearer") {
			w.fail("metrics: bytes in %d, want %d", in2, in)
		}
		var waits metrics.Waits
		waited := uint64(0)
		for _, ec := range w.edges {
			yes := false
			for _, c := range ec.trace.Calls() {
				waits.Queue += c.Wait(transport.Queue)
				waits.Quota += c.Wait(transport.Quota)
				waits.Pause += c.Wait(transport.Pause)
				waits.Backoff += c.Wait(transport.Backoff)
				yes = yes || c.Wait(transport.Quota)+c.Wait(transport.Pause) > 0
			}
			if yes {
				waited++
			}
		}
		if r.Waits != waits || r.Throttled != waited {
			w.fail("metrics: waits %+v of %d, want %+v of %d", r.Waits, r.Throttled, waits, waited)
		}
		if r.BytesOut != out && !w.has("hedge") {
			w.fail("metrics: bytes out %d, want %d", r.BytesOut, out)
		}
	}
	if r.Aborts != aborts && !w.has("perattempt", "timeout") && !w.blind() && !w.has("hedge", "fretry") {
		w.fail("metrics: aborts %d, want %d", r.Aborts, aborts)
	}
}

// reads reports whether an attempt of some call reads its body. Whether that fails it is not foreseen.
func (w *world) reads() bool {
	return slices.ContainsFunc(w.p.calls, func(c callSpec) bool { return c.whole > 0 })
}

// metric returns the sum of a metric of the collector.
func (w *world) metric(name string) int {
	fs, _ := w.stats.Gather()
	sum := 0.0
	for _, f := range fs {
		if f.GetName() == name {
			for _, m := range f.Metric {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return int(sum)
}

// checkLines compares the lines of an outermost logging layer with what happened.
func (w *world) checkLines() {
	i := w.index("logging")
	if i < 0 || among(w.p.layers[:i], "fretry", "hedge", "retry", "throttle", "concurrency", "bearer", "timeout", "perattempt", "hook") || among(w.p.layers[i+1:], "logging") {
		return
	}
	n := map[string]int{}
	for _, r := range w.lines {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "gracy.event" {
				n[a.Value.String()]++
			}
			return true
		})
	}
	failures, brokes, responses := 0, 0, 0
	for _, ec := range w.edges {
		if o := w.outcome(ec); o == "failure" || o == "rejected" {
			failures++
		}
		if broke(ec) {
			brokes++
		}
		if ec.err == nil {
			responses++
		}
	}
	if n["errors"] != failures && !w.reads() {
		w.fail("log: %d lines of errors, want %d", n["errors"], failures)
	}
	if n["broken"] != brokes && !w.has("hedge", "fretry", "replay") {
		w.fail("log: %d lines of broken bodies, want %d", n["broken"], brokes)
	}
	if n["request"] != len(w.edges) {
		w.fail("log: %d lines of requests, want %d", n["request"], len(w.edges))
	}
	if n["response"] != responses {
		w.fail("log: %d lines of responses, want %d", n["response"], responses)
	}
}

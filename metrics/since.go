package metrics

import (
	"slices"
	"strings"
)

// Since returns what was counted between an earlier snapshot of the same [Recorder] and s. Rate
// is that of the whole window. Gauges are those of s. After a Reset in between it is what was
// counted since the reset. Neither snapshot changes.
//
// Counts, sums and means are exact. Of the shortest and longest time in a window only the bucket
// is known, so Min, Max and the quantiles are within 2.2 %. If a guessed route was folded in
// between, the counts of its names are subtracted from those of the pattern.
func (s Snapshot) Since(earlier Snapshot) Snapshot {
	w := s
	w.Rows = nil
	if !s.From.Equal(earlier.From) {
		earlier = Snapshot{From: s.From, To: s.From}
	}
	w.From = earlier.To
	w.Overflow -= min(earlier.Overflow, s.Overflow)
	at := make(map[[3]string]int, len(s.Rows))
	for i, r := range s.Rows {
		at[[3]string{r.Client, r.Method, r.Route}] = i
	}
	old := make(map[int][]Row, len(s.Rows))
	for _, r := range earlier.Rows {
		i, ok := at[[3]string{r.Client, r.Method, r.Route}]
		if !ok {
			i = folded(s.Rows, r)
		}
		if i >= 0 {
			old[i] = append(old[i], r)
		}
	}
	for i, r := range s.Rows {
		for _, o := range old[i] {
			r = r.sub(o)
		}
		if r.Calls == 0 && r.Attempts == 0 && r.Recorded == 0 && r.BodiesBroken == 0 && r.BodiesLeaked == 0 {
			continue
		}
		r.First, r.Last = later(r.First, w.From), w.To
		w.Rows = append(w.Rows, r)
	}
	w.mergeRows()
	for i := range w.Rows {
		w.Rows[i].Rate = rate(w.Rows[i].Calls, w.From, w.To)
	}
	w.Total.Rate = rate(w.Total.Calls, w.From, w.To)
	return w
}

// folded returns the index of the row whose pattern covers the route of an earlier row, or -1.
func folded(rows []Row, earlier Row) int {
	return slices.IndexFunc(rows, func(r Row) bool {
		return r.Client == earlier.Client && r.Method == earlier.Method && covers(r.Route, earlier.Route)
	})
}

// covers reports whether a route may have been merged into a pattern.
func covers(pattern, route string) bool {
	p, r := strings.Split(pattern, "/"), strings.Split(route, "/")
	return len(p) == len(r) && slices.EqualFunc(p, r, func(p, r string) bool {
		return p == r || strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}")
	})
}

// sub returns what r counts beyond o, which is an earlier state of it.
func (r Row) sub(o Row) Row {
	for _, c := range []struct {
		n *uint64
		o uint64
	}{
		{&r.Calls, o.Calls},
		{&r.Successes, o.Successes},
		{&r.Failures, o.Failures},
		{&r.Canceled, o.Canceled},
		{&r.Rejected, o.Rejected},
		{&r.Attempts, o.Attempts},
		{&r.Status1xx, o.Status1xx},
		{&r.Status2xx, o.Status2xx},
		{&r.Status3xx, o.Status3xx},
		{&r.Status4xx, o.Status4xx},
		{&r.Status5xx, o.Status5xx},
		{&r.Aborts, o.Aborts},
		{&r.Retries, o.Retries},
		{&r.Exhausted, o.Exhausted},
		{&r.Hedges, o.Hedges},
		{&r.Throttled, o.Throttled},
		{&r.Replayed, o.Replayed},
		{&r.Recorded, o.Recorded},
		{&r.BodiesBroken, o.BodiesBroken},
		{&r.BodiesLeaked, o.BodiesLeaked},
	} {
		*c.n -= min(*c.n, c.o) // a snapshot is not taken at one moment
	}
	r.Waits = r.Waits.sub(o.Waits)
	r.RecordedTime -= o.RecordedTime
	r.BytesIn -= o.BytesIn
	r.BytesOut -= o.BytesOut
	r.BodyTime -= o.BodyTime
	r.Latency = r.Latency.sub(o.Latency)
	r.FailureLatency = r.FailureLatency.sub(o.FailureLatency)
	return r
}

func (w Waits) sub(o Waits) Waits {
	w.Queue -= o.Queue
	w.Quota -= o.Quota
	w.Pause -= o.Pause
	w.Backoff -= o.Backoff
	return w
}

// sub returns the samples of l that are not in o, which is an earlier state of it.
func (l Latency) sub(o Latency) Latency {
	if o.Count == 0 {
		return l
	}
	old := make(map[int]uint64, len(o.Buckets))
	for _, b := range o.Buckets {
		old[b.Index] = b.Count
	}
	var w Latency
	for _, b := range l.Buckets {
		b.Count -= min(b.Count, old[b.Index])
		if b.Count > 0 {
			w.Buckets = append(w.Buckets, b)
			w.Count += b.Count
		}
	}
	if w.Count == 0 {
		return Latency{}
	}
	w.Sum = max(l.Sum-o.Sum, 0)
	shortest, longest := w.Buckets[0], w.Buckets[len(w.Buckets)-1]
	w.Min = min(max(shortest.middle(), l.Min), l.Max)
	w.Max = min(max(longest.middle(), l.Min), l.Max)
	w.summarize()
	return w
}

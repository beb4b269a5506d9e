package metrics

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Snapshot is what a [Recorder] has counted so far, or since its last Reset. It is a value: nothing
// in it changes afterwards.
//
// Its JSON is stable: names and meanings stay, later versions may add members. Times are RFC 3339,
// durations integers of nanoseconds, and every counter is present even when it is zero.
type Snapshot struct {
	// Client is the name given to New; after Merge the names in order, separated by ", ".
	Client string `json:"client"`
	// From and To are the moments between which the calls were counted.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// InFlight is the number of calls that were running at To, up to the headers of their answer.
	InFlight int64 `json:"in_flight"`
	// Waiting is how many attempts were waiting at To, by what for.
	Waiting Waiting `json:"waiting"`
	// Overflow is the number of calls booked under the route "other" since the cap was reached.
	Overflow uint64 `json:"routes_overflow"`
	// Total is the sum of Rows: distributions are added, so that its mean and quantiles are those of
	// all calls and its maximum is the real one.
	Total Row `json:"total"`
	// Rows has a row for each client, method and route, by falling number of calls.
	Rows []Row `json:"rows"`
}

// Row is what was counted for one route and method. Calls = Successes + Failures + Canceled.
//
// A call is one RoundTrip as the caller sees it, counted when it returns; an attempt is one try of
// it. The statuses, Aborts, Retries and waits are those of the attempts, so a call that succeeded
// after a 503 shows in Successes and in Status5xx.
type Row struct {
	Client string `json:"client,omitempty"`
	Method string `json:"method,omitempty"`
	Route  string `json:"route,omitempty"`

	// Calls counts the calls that have returned.
	Calls uint64 `json:"calls"`
	// Successes counts the calls whose answer was accepted, which a 404 may be.
	Successes uint64 `json:"successes"`
	// Failures counts the calls that ended in an answer not accepted or in an error, Refused
	// included. A call cut off by its deadline failed; one that the caller canceled did not.
	Failures uint64 `json:"failures"`
	// Canceled counts the calls that their caller gave up.
	Canceled uint64 `json:"canceled"`
	// Refused counts the failures at which one of our own layers sent nothing.
	Refused uint64 `json:"refused"`

	// Attempts counts the tries that were sent. A replayed answer or a refusal is none.
	Attempts uint64 `json:"attempts"`
	// Status1xx to Status5xx count the answers to attempts, replayed ones included, by class.
	Status1xx uint64 `json:"status_1xx"`
	Status2xx uint64 `json:"status_2xx"`
	Status3xx uint64 `json:"status_3xx"`
	Status4xx uint64 `json:"status_4xx"`
	Status5xx uint64 `json:"status_5xx"`
	// Aborts counts the attempts that got no answer: connection and protocol errors, time-outs.
	Aborts uint64 `json:"aborts"`
	// Retries counts the attempts made because the one before had failed.
	Retries uint64 `json:"retries"`
	// Exhausted counts the calls that still failed when no further attempt was allowed.
	Exhausted uint64 `json:"exhausted"`
	// Hedges counts the attempts made because the one before was slow.
	Hedges uint64 `json:"hedges"`

	// Throttled counts the calls that waited for a quota or a pause, however briefly.
	Throttled uint64 `json:"throttled"`
	// Waits is the time that attempts waited before they were sent.
	Waits Waits `json:"waits"`

	// Replayed counts the attempts answered from a recording, Recorded the answers put into one.
	Replayed uint64 `json:"replayed"`
	Recorded uint64 `json:"recorded"`

	// BytesIn counts the bytes of bodies that were read, before any decoding by the caller;
	// BytesOut those of request bodies of known length, once for each attempt sent.
	BytesIn  int64 `json:"bytes_in"`
	BytesOut int64 `json:"bytes_out"`
	// BodyTime is the time spent between the headers and the end of bodies.
	BodyTime time.Duration `json:"body_ns"`

	// Latency is the time of successful calls up to the headers of the answer, waits and further
	// attempts included. FailureLatency is that of the failures, Refused excluded. Calls with a
	// replayed attempt are in neither.
	Latency        Latency `json:"latency"`
	FailureLatency Latency `json:"failure_latency"`

	// First is when the first call began and Last when the last one returned.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Rate is Calls per second over the time between First and Last. A shorter time than a second
	// counts as one, so that a burst is not blown up.
	Rate float64 `json:"calls_per_second"`
}

// Waits is time waited, by what for.
type Waits struct {
	Queue   time.Duration `json:"queue_ns"`   // for a slot of a concurrency limit
	Quota   time.Duration `json:"quota_ns"`   // for a rate limit
	Pause   time.Duration `json:"pause_ns"`   // for the end of a pause that the server asked for
	Backoff time.Duration `json:"backoff_ns"` // between two attempts
}

// Waiting is a number of waiters, by what for, as in [Waits].
type Waiting struct {
	Queue   int64 `json:"queue"`
	Quota   int64 `json:"quota"`
	Pause   int64 `json:"pause"`
	Backoff int64 `json:"backoff"`
}

// Add returns the counts of both rows together, under the names of r. The times span both.
// Neither operand changes.
func (r Row) Add(o Row) Row {
	r.Calls += o.Calls
	r.Successes += o.Successes
	r.Failures += o.Failures
	r.Canceled += o.Canceled
	r.Refused += o.Refused
	r.Attempts += o.Attempts
	r.Status1xx += o.Status1xx
	r.Status2xx += o.Status2xx
	r.Status3xx += o.Status3xx
	r.Status4xx += o.Status4xx
	r.Status5xx += o.Status5xx
	r.Aborts += o.Aborts
	r.Retries += o.Retries
	r.Exhausted += o.Exhausted
	r.Hedges += o.Hedges
	r.Throttled += o.Throttled
	r.Waits.Queue += o.Waits.Queue
	r.Waits.Quota += o.Waits.Quota
	r.Waits.Pause += o.Waits.Pause
	r.Waits.Backoff += o.Waits.Backoff
	r.Replayed += o.Replayed
	r.Recorded += o.Recorded
	r.BytesIn += o.BytesIn
	r.BytesOut += o.BytesOut
	r.BodyTime += o.BodyTime
	r.Latency = r.Latency.Add(o.Latency)
	r.FailureLatency = r.FailureLatency.Add(o.FailureLatency)
	r.First = earlier(r.First, o.First)
	r.Last = later(r.Last, o.Last)
	r.Rate = rate(r.Calls, r.First, r.Last)
	return r
}

// earlier returns the earlier of two times; the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func rate(calls uint64, first, last time.Time) float64 {
	return float64(calls) / max(last.Sub(first).Seconds(), 1)
}

// Merge joins snapshots of several recorders, or of several processes. Rows of the same client,
// method and route become one; Total is summed anew from the rows.
func Merge(snapshots ...Snapshot) Snapshot {
	var m Snapshot
	var clients []string
	for _, s := range snapshots {
		if s.Client != "" && !slices.Contains(clients, s.Client) {
			clients = append(clients, s.Client)
		}
		m.From = earlier(m.From, s.From)
		m.To = later(m.To, s.To)
		m.InFlight += s.InFlight
		m.Waiting.Queue += s.Waiting.Queue
		m.Waiting.Quota += s.Waiting.Quota
		m.Waiting.Pause += s.Waiting.Pause
		m.Waiting.Backoff += s.Waiting.Backoff
		m.Overflow += s.Overflow
		m.Rows = append(m.Rows, s.Rows...)
	}
	m.Client = strings.Join(clients, ", ")
	m.settle()
	return m
}

// settle joins equal rows, sorts them, and sums the total.
func (s *Snapshot) settle() {
	slices.SortStableFunc(s.Rows, byName)
	rows := make([]Row, 0, len(s.Rows))
	for _, r := range s.Rows {
		if n := len(rows); n > 0 && byName(rows[n-1], r) == 0 {
			rows[n-1] = rows[n-1].Add(r)
			continue
		}
		rows = append(rows, r)
	}
	s.Total = Row{}
	for _, r := range rows {
		s.Total = s.Total.Add(r)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(b.Calls, a.Calls) })
	s.Rows = rows
}

func byName(a, b Row) int {
	return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method))
}

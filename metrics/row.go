package metrics

import "time"

// A Row is what was counted for one route and method. Calls = Successes + Failures + Canceled.
//
// A call is one RoundTrip as the caller sees it, counted when it returns. An attempt is one try
// of it. The statuses, Aborts, Retries and waits are those of attempts, so a call that succeeded
// after a 503 shows in Successes and in Status5xx.
type Row struct {
	Client string `json:"client,omitempty"`
	Method string `json:"method,omitempty"`
	Route  string `json:"route,omitempty"`

	// Calls counts the calls that have returned.
	Calls uint64 `json:"calls"`
	// Successes counts the calls whose response was accepted, an expected 404 included.
	Successes uint64 `json:"successes"`
	// Failures counts the calls that ended in an error or in a response that was not accepted,
	// Rejected included. A call ended by its deadline has failed. One that the caller canceled
	// has not.
	Failures uint64 `json:"failures"`
	// Canceled counts the calls that their caller canceled.
	Canceled uint64 `json:"canceled"`
	// Rejected counts the failures for which one of our own layers did not send the request.
	Rejected uint64 `json:"rejected"`

	// Attempts counts the attempts that were sent. Replayed responses and rejections are not
	// counted.
	Attempts uint64 `json:"attempts"`
	// Status1xx to Status5xx count the responses to attempts, replayed ones included, by class.
	Status1xx uint64 `json:"status_1xx"`
	Status2xx uint64 `json:"status_2xx"`
	Status3xx uint64 `json:"status_3xx"`
	Status4xx uint64 `json:"status_4xx"`
	Status5xx uint64 `json:"status_5xx"`
	// Aborts counts the attempts that got no response: connection and protocol errors, timeouts.
	Aborts uint64 `json:"aborts"`
	// Retries counts the attempts made because the previous one had failed, and the further
	// requests of a third-party retry or hedge.
	Retries uint64 `json:"retries"`
	// Exhausted counts the calls that still failed when no further attempt was allowed.
	Exhausted uint64 `json:"exhausted"`
	// Hedges counts the attempts that a layer has begun with the cause layer.Hedge, because the
	// previous one was slow. No layer of gracy does.
	Hedges uint64 `json:"hedges"`

	// Throttled counts the calls that waited for a quota or a pause, however briefly.
	Throttled uint64 `json:"throttled"`
	// Waits is the time that attempts waited before they were sent.
	Waits Waits `json:"waits"`

	// Replayed counts the attempts whose response came from a recording, Recorded the responses
	// that were put into one.
	Replayed uint64 `json:"replayed"`
	Recorded uint64 `json:"recorded"`
	// RecordedTime is how long the headers of the Replayed responses took when they were
	// recorded.
	RecordedTime time.Duration `json:"recorded_ns"`

	// BytesIn counts the bytes of bodies that were read, before any decoding by the caller.
	// BytesOut counts those of request bodies of known length, once for each attempt sent.
	BytesIn  int64 `json:"bytes_in"`
	BytesOut int64 `json:"bytes_out"`
	// BodyTime is the time spent between the headers and the end of bodies.
	BodyTime time.Duration `json:"body_ns"`
	// BodiesBroken counts the responses whose body ended with an error after their call had
	// returned, and had been counted as its status says. A caller that cancels breaks no body.
	BodiesBroken uint64 `json:"bodies_broken"`
	// BodiesLeaked counts the responses whose body was never closed, when the garbage collector
	// has found them. Only bodies that a layer watches are found, such as those that hold a scarce slot.
	BodiesLeaked uint64 `json:"bodies_leaked"`

	// Latency is the time of successful calls to the headers of the response, including waits and
	// further attempts. FailureLatency is that of the failures, except Rejected. Calls with a
	// replayed attempt are in neither.
	Latency        Latency `json:"latency"`
	FailureLatency Latency `json:"failure_latency"`

	// First is when the first call began and Last when the last one returned.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Rate is Calls per second over the time between First and Last. A time shorter than a second
	// counts as a second, so that a burst does not read as a rate.
	Rate float64 `json:"calls_per_second"`
}

// Add returns the counts of both rows together, under the names of r. The times span both. It
// changes neither operand.
func (r Row) Add(o Row) Row {
	r.Calls += o.Calls
	r.Successes += o.Successes
	r.Failures += o.Failures
	r.Canceled += o.Canceled
	r.Rejected += o.Rejected
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
	r.Waits = r.Waits.add(o.Waits)
	r.Replayed += o.Replayed
	r.Recorded += o.Recorded
	r.RecordedTime += o.RecordedTime
	r.BytesIn += o.BytesIn
	r.BytesOut += o.BytesOut
	r.BodyTime += o.BodyTime
	r.BodiesBroken += o.BodiesBroken
	r.BodiesLeaked += o.BodiesLeaked
	r.Latency = r.Latency.Add(o.Latency)
	r.FailureLatency = r.FailureLatency.Add(o.FailureLatency)
	r.First = earlier(r.First, o.First)
	r.Last = later(r.Last, o.Last)
	r.Rate = rate(r.Calls, r.First, r.Last)
	return r
}

// earlier returns the earlier of two times; a zero time does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// rate returns the calls per second between first and last. A shorter time counts as a second.
func rate(calls uint64, first, last time.Time) float64 {
	return float64(calls) / max(last.Sub(first).Seconds(), 1)
}

package metrics

import "time"

// A Timeline is what a [Recorder] has kept of single calls, see [Recorder.KeepCalls].
//
// Its JSON is stable, as that of a [Snapshot] is.
type Timeline struct {
	// Client is the name given to New.
	Client string `json:"client,omitempty"`
	// Most is how many calls are kept at most, 0 if none are.
	Most int `json:"most"`
	// Dropped is the number of finished calls that had to make room for later ones.
	Dropped uint64 `json:"dropped"`
	// Calls are in the order in which they returned, the latest last.
	Calls []Call `json:"calls"`
}

// A Call is one finished call: one RoundTrip as the caller saw it, which has returned.
type Call struct {
	Method string `json:"method"`
	// Route is that of the [Row] which counts the call: no name of an object, and never a URL.
	Route string    `json:"route"`
	Start time.Time `json:"start"`
	// Elapsed is the time up to the headers of the response or to the error, waits and further
	// attempts included.
	Elapsed time.Duration `json:"elapsed_ns"`
	// Outcome is the value of the label "outcome" under which Prometheus has the call: ok, status,
	// throttled, check, transport, timeout, canceled or rejected.
	Outcome string `json:"outcome"`
	// Attempts are those that the call made, up to 16: the first ones and the last. Made is how many
	// there were.
	Attempts []Attempt `json:"attempts"`
	Made     int       `json:"made"`
	// Stopped is why no further attempt was made, "" if that needs no words.
	Stopped string `json:"stopped,omitempty"`
}

// An Attempt is one try of a [Call].
type Attempt struct {
	// Number is its place in the ledger of the call; the first is 1.
	Number int `json:"number"`
	// After is the time from the start of the call to that of the attempt, before its waits.
	After time.Duration `json:"after_ns"`
	Waits Waits         `json:"waits"`
	// Headers is the time from the last wait to the headers or to the error. Body is the time from
	// there to the end of the body and Bytes its length, both 0 before it has ended, and of a response
	// that a layer has thrown away.
	Headers time.Duration `json:"headers_ns"`
	Body    time.Duration `json:"body_ns"`
	Bytes   int64         `json:"bytes"`
	// Status is 0 without a response.
	Status int `json:"status"`
	// Cause is first, retry or hedge.
	Cause string `json:"cause"`
	// Verdict is what the outcome means, as a ledger has it: ok, retryable and so on.
	Verdict  string `json:"verdict"`
	Sent     bool   `json:"sent"`
	Replayed bool   `json:"replayed"`
	// Error and Notes are texts of at most 200 bytes in which secrets are masked: the error, and the
	// remarks of the layers.
	Error string `json:"error,omitempty"`
	Notes string `json:"notes,omitempty"`
}

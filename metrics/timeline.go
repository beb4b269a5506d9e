package metrics

import "time"

// A Timeline is what a [Recorder] has kept of single calls: see [Recorder.KeepCalls].
//
// Its JSON is stable, like that of a [Snapshot].
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
	// Route is the route of the [Row] that counts the call. It holds no name of an object, and is
	// never a URL.
	Route string    `json:"route"`
	Start time.Time `json:"start"`
	// Elapsed is the time to the headers of the response or to the error, including waits and
	// further attempts.
	Elapsed time.Duration `json:"elapsed_ns"`
	// Outcome is the value of the label "outcome" under which Prometheus has the call: ok,
	// status, throttled, check, transport, timeout, canceled or rejected.
	Outcome string `json:"outcome"`
	// Attempts are up to 16 attempts of the call: the first ones and the last. Made is how many
	// there were.
	Attempts []Attempt `json:"attempts"`
	Made     int       `json:"made"`
	// Stopped says why no further attempt was made. It is "" if that needs no explanation.
	Stopped string `json:"stopped,omitempty"`
}

// An Attempt is one try of a [Call].
type Attempt struct {
	// Number is the place in the ledger of the call. The first is 1.
	Number int `json:"number"`
	// After is the time from the start of the call to the start of the attempt, before its waits.
	After time.Duration `json:"after_ns"`
	Waits Waits         `json:"waits"`
	// Headers is the time from the last wait to the headers or to the error. Body is the time
	// from there to the end of the body, and Bytes its length. Both are 0 before the body has
	// ended, and for a response that a layer has thrown away.
	Headers time.Duration `json:"headers_ns"`
	Body    time.Duration `json:"body_ns"`
	Bytes   int64         `json:"bytes"`
	// Status is 0 without a response.
	Status int `json:"status"`
	// Cause is first, retry or hedge.
	Cause string `json:"cause"`
	// Verdict is what the outcome means, as in a ledger: ok, retryable and so on.
	Verdict  string `json:"verdict"`
	Sent     bool   `json:"sent"`
	Replayed bool   `json:"replayed"`
	// Error and Notes are texts of at most 200 bytes with secrets masked: the error, and the
	// notes of the layers.
	Error string `json:"error,omitempty"`
	Notes string `json:"notes,omitempty"`
}

package metrics

import "time"

// Waits is the time that attempts waited, by the kind of wait.
type Waits struct {
	Queue   time.Duration `json:"queue_ns"`   // waits for a slot of a concurrency limit
	Quota   time.Duration `json:"quota_ns"`   // waits for a token of a rate limit
	Pause   time.Duration `json:"pause_ns"`   // waits for the end of a pause that the server asked for
	Backoff time.Duration `json:"backoff_ns"` // waits between two attempts
}

// Waiting is the number of attempts that wait, by the kind of wait, as in [Waits].
type Waiting struct {
	Queue   int64 `json:"queue"`
	Quota   int64 `json:"quota"`
	Pause   int64 `json:"pause"`
	Backoff int64 `json:"backoff"`
}

func (w Waits) add(o Waits) Waits {
	w.Queue += o.Queue
	w.Quota += o.Quota
	w.Pause += o.Pause
	w.Backoff += o.Backoff
	return w
}

func (w Waiting) add(o Waiting) Waiting {
	w.Queue += o.Queue
	w.Quota += o.Quota
	w.Pause += o.Pause
	w.Backoff += o.Backoff
	return w
}

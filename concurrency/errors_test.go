package concurrency

import (
	"testing"
	"time"
)

func TestErrorTexts(t *testing.T) {
	host := Limit{Max: 20}
	weighed := Limit{Max: 3, Weight: weightOf}
	for _, tt := range []struct {
		err  Error
		want string
	}{
		{
			Error{Limit: host.String(), Key: "api.example.com", Queue: 12, MaxWait: 5 * time.Second, Reason: ErrDeadline},
			"concurrency: no slot of 20 per host (api.example.com) became free within 5s: 12 waiting",
		},
		{
			Error{Limit: weighed.String(), Queue: 1, MaxWait: time.Second, Reason: ErrDeadline},
			"concurrency: no slot of 3 per host became free within 1s: 1 waiting",
		},
		{
			Error{Limit: host.String(), Key: "api.example.com", Queue: 256, Reason: ErrFull},
			"concurrency: the queue is full: 20 at once per host (api.example.com), 256 waiting",
		},
		{
			Error{Limit: host.String(), Reason: ErrFull}, // NoQueue
			"concurrency: the queue is full: 20 at once per host",
		},
		{
			Error{Limit: weighed.String(), Key: "api.example.com", Weight: 5, Reason: ErrWeight},
			"concurrency: a weight of 5 is above the limit: 3 slots at once per host (api.example.com)",
		},
		{
			Error{Limit: Limit{Max: 1, URL: "api_key=abc"}.String(), Reason: ErrFull}, // a text of the caller's may have a secret
			"concurrency: the queue is full: 1 at once per host for URLs matching api_key=REDACTED",
		},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

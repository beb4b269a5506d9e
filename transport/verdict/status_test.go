package verdict_test

import (
	"testing"

	"github.com/gracy-go/gracy/transport/verdict"
)

// The whole table in the comment of Status: every code that is not in it has the zero class.
func TestStatusClasses(t *testing.T) {
	want := map[int]verdict.StatusClass{
		403: {Pause: true},
		408: {Retryable: true},
		425: {Retryable: true},
		429: {Retryable: true, Pause: true, Overload: true},
		500: {Retryable: true},
		502: {Retryable: true},
		503: {Retryable: true, Pause: true, Overload: true},
		504: {Retryable: true, Overload: true},
		529: {Retryable: true, Overload: true},
	}
	for code := range 1000 {
		if got := verdict.Status(code); got != want[code] {
			t.Errorf("Status(%d) = %+v, want %+v", code, got, want[code])
		}
	}
}

package timeout_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gracy-go/gracy/timeout"
)

func TestAnErrorMatchesItsLimitAndNoOther(t *testing.T) {
	for _, test := range []struct {
		limit error
		text  string
	}{
		{timeout.ErrTotal, "timeout: no response within 3s"},
		{timeout.ErrAttempt, "timeout: no response to the attempt within 3s"},
		{timeout.ErrIdle, "timeout: no data received for 3s"},
	} {
		err := &timeout.Error{Limit: test.limit, After: 3 * time.Second, Err: io.EOF}
		if err.Error() != test.text || !errors.Is(err, test.limit) || !errors.Is(err, io.EOF) || !errors.Is(err, context.DeadlineExceeded) || !err.Timeout() {
			t.Errorf("%v: %v", test.limit, err)
		}
		for _, other := range []error{timeout.ErrTotal, timeout.ErrAttempt, timeout.ErrIdle, context.Canceled} {
			if !errors.Is(other, test.limit) && errors.Is(err, other) {
				t.Errorf("%v matches %v", test.limit, other)
			}
		}
	}
	if err := new(timeout.Error); err.Is(nil) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error("an Error without a limit matches nil, or not the deadline")
	}
}

package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

func TestWhichErrorsAreOfAConnection(t *testing.T) {
	canceled := fmt.Errorf("of the driver: %w", context.Canceled)
	if !lost(fmt.Errorf("read: %w", io.EOF)) || !lost(canceled) || !lost(mongo.CommandError{Code: 1, Labels: []string{"NetworkError"}}) {
		t.Error("a connection that ended, or that the driver has given up, is not lost")
	}
	paused := mongo.CommandError{Labels: []string{"TransientTransactionError"}, Wrapped: fmt.Errorf("of the driver: %w", cleared{})}
	if !lost(paused) || !lost(cleared{}) {
		t.Error("what found all connections gone is done as if nothing had been lost")
	}
	for _, code := range []int{6, 7, 43, 89, 91, 133, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436} {
		if !lost(mongo.CommandError{Code: int32(code)}) || !lost(mongo.BulkWriteException{WriteConcernError: &mongo.WriteConcernError{Code: code}}) { //nolint:gosec // small
			t.Errorf("code %d is not of a server that goes away", code)
		}
	}
	for _, code := range []int{13, 18, 50, 64, 11000} {
		if lost(mongo.CommandError{Code: int32(code)}) { //nolint:gosec // small
			t.Errorf("code %d is asked for again", code)
		}
	}
}

// A context that ends is a reason to stop only if it is that of the call. The driver gives up a
// connection that it makes if another one to the same server fails, and says that with a context of
// its own.
func TestAConnectionThatTheDriverGivesUp(t *testing.T) {
	for _, own := range []error{context.Canceled, context.DeadlineExceeded} {
		synctest.Test(t, func(t *testing.T) {
			s := &link{path: "a", opts: Options{Timeout: time.Minute}, life: t.Context()}
			calls := 0
			err := s.do(func(context.Context) error {
				if calls++; calls < 3 {
					return fmt.Errorf("handshake: %w", own)
				}
				return nil
			})
			if calls != 3 || err != nil {
				t.Errorf("%v of the driver: %d calls, %v, want 3 and no error", own, calls, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			calls = 0
			err = s.doWithin(ctx, func(ctx context.Context) error {
				calls++
				<-ctx.Done()
				return own
			})
			if calls != 1 || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the context of the call: %d calls, %v, want 1 and its error", calls, err)
			}
		})
	}
}

// cleared is like the error that the driver returns without connecting because another command has
// just lost its connection. That one has an unexported type and this method.
type cleared struct{}

func (cleared) Error() string {
	return "connection pool for 127.0.0.1:1 was cleared because another operation failed"
}
func (cleared) Retryable() bool { return true }

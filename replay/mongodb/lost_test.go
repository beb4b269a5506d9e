package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/gracy-go/gracy/replay/store"
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

// What the last attempt returned may be about a context of the driver. The caller, whose own context
// is not canceled, must not see it as such.
func TestACallThatIsTooLateWasNotCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &link{path: "a", opts: Options{Timeout: time.Minute}, life: t.Context()}
		err := s.do(func(context.Context) error { return fmt.Errorf("handshake: %w", context.Canceled) })
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || !strings.Contains(fmt.Sprint(err), "handshake") {
			t.Errorf("the time of the call is over: %v, which is context.Canceled: %v", err, errors.Is(err, context.Canceled))
		}
		life, end := context.WithCancel(t.Context())
		s.life = life
		time.AfterFunc(time.Second, end)
		err = s.do(func(context.Context) error { return fmt.Errorf("handshake: %w", context.DeadlineExceeded) })
		if errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, context.Canceled) {
			t.Errorf("the life of the storage is over: %v, which is context.DeadlineExceeded: %v", err, errors.Is(err, context.DeadlineExceeded))
		}
	})
}

// cleared is like the error that the driver returns without connecting because another command has
// just lost its connection. That one has an unexported type and this method.
type cleared struct{}

func (cleared) Error() string {
	return "connection pool for 127.0.0.1:1 was cleared because another operation failed"
}
func (cleared) Retryable() bool { return true }

// What an attempt found before the time of the call was over is in the error, though the last attempt
// only says that it was cut short.
func TestWhatTheAttemptBeforeTheLastFound(t *testing.T) {
	for _, found := range []error{fmt.Errorf("%w: a", errIndexing), mongo.CommandError{Message: "broken", Labels: []string{"NetworkError"}}} {
		synctest.Test(t, func(t *testing.T) {
			s := &link{path: "a", opts: Options{Timeout: time.Second}, life: t.Context()}
			calls := 0
			err := s.do(func(ctx context.Context) error {
				if calls++; calls == 1 {
					return found
				}
				<-ctx.Done()
				return fmt.Errorf("of the driver: %w", ctx.Err())
			})
			if calls != 2 || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), found.Error()) {
				t.Errorf("%d calls, %v, want 2, the end of the time and %v", calls, err, found)
			}
			if errors.Is(found, store.ErrLocked) && !errors.Is(err, store.ErrLocked) {
				t.Errorf("the tape is locked, but the error is %v", err)
			}
		})
	}
}

// A context may be over long before a call begins, and the error does not count from then.
func TestATimeThatWasOverBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &link{path: "a", opts: Options{Timeout: time.Second}, life: t.Context()}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Hour)
		err := s.doWithin(ctx, func(ctx context.Context) error { return ctx.Err() })
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "within 0s") {
			t.Errorf("the error is %v", err)
		}
	})
}

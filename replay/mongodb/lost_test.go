package mongodb

import (
	"context"
	"fmt"
	"io"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

func TestWhichErrorsAreOfAConnection(t *testing.T) {
	late := mongo.CommandError{Code: 1, Labels: []string{"NetworkError"}, Wrapped: context.DeadlineExceeded}
	if !lost(fmt.Errorf("read: %w", io.EOF)) || lost(context.Canceled) || lost(late) {
		t.Error("a connection that ended is lost, and what took too long is not")
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

// cleared is like the error that the driver returns without connecting because another command has
// just lost its connection. That one has an unexported type and this method.
type cleared struct{}

func (cleared) Error() string {
	return "connection pool for 127.0.0.1:1 was cleared because another operation failed"
}
func (cleared) Retryable() bool { return true }

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

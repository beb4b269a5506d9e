package transport_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// A caller that holds the history of a call cannot change it: the methods are
// the ones below, and each of them reads.
func TestHistoryOnlyReads(t *testing.T) {
	for _, tc := range []struct {
		of   reflect.Type
		want []string
	}{
		{reflect.TypeFor[*transport.Call](), []string{
			"Attempt", "Attempts", "Count", "Expect", "LogValue", "Offline", "Previous", "Request", "Route",
			"StopReason", "String", "Wait",
		}},
		{reflect.TypeFor[*transport.Attempt](), []string{
			"BodyEnded", "BodyTime", "Bytes", "Call", "Cause", "Elapsed", "Ended", "Err", "Notes", "Number", "Replayed",
			"Sent", "Start", "Status", "TimeToHeaders", "Verdict", "Wait",
		}},
	} {
		var got []string
		for m := range tc.of.Methods() {
			got = append(got, m.Name)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s has the methods %v, want %v", tc.of, got, tc.want)
		}
	}
}

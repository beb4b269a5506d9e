package metrics

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// What is written as JSON is read back.
func TestATimelineAsJSON(t *testing.T) {
	want := Timeline{Client: "c", Most: 9, Dropped: 3, Calls: []Call{{
		Method: "GET", Route: "/r", Start: time.Date(2026, 11, 29, 8, 0, 0, 5, time.UTC), Elapsed: 7, Outcome: "ok", Made: 1, Stopped: "why",
		Attempts: []Attempt{{Number: 1, After: 2, Waits: Waits{Quota: 4}, Headers: 5, Body: 6, Bytes: 7, Status: 200, Cause: "first", Verdict: "ok", Sent: true, Replayed: true, Error: "e", Notes: "n"}},
	}}}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Timeline
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s is read as %+v, %v", b, got, err)
	}
}

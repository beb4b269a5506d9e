package metrics

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestASnapshotSurvivesJSON(t *testing.T) {
	r := New("test")
	exercise(t, r)
	s := r.Snapshot()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Snapshot
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	// Monotonic clock readings do not survive, and are no part of the value.
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(text) {
		t.Errorf("read back:\n%s\nwant:\n%s", again, text)
	}
	if back.Total.Calls != 3 || len(back.Rows) != 3 {
		t.Errorf("read back %d calls, %d rows", back.Total.Calls, len(back.Rows))
	}
}

// The names of the JSON members are stable.
func TestTheJSONNamesOfASnapshotAreStable(t *testing.T) {
	const file = "testdata/snapshot.json"
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	row := Row{
		Client: "pokeapi", Method: "GET", Route: "/pokemon/{name}", Calls: 3, Successes: 1, Failures: 1, Canceled: 1,
		Attempts: 4, Status2xx: 1, Status5xx: 2, Aborts: 1, Retries: 2, Throttled: 1,
		Waits: Waits{Queue: 1, Quota: 2, Pause: 3, Backoff: 4}, BytesIn: 5, BytesOut: 6, BodyTime: 7,
		Latency: observed(time.Millisecond), FailureLatency: observed(time.Second), First: at, Last: at.Add(6 * time.Second), Rate: 0.5,
	}
	s := Merge(Snapshot{Client: "pokeapi", From: at, To: at.Add(time.Minute), InFlight: 1, Waiting: Waiting{Quota: 1}, Rows: []Row{row}})
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if updating() {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

func updating() bool { return *update }

func TestMergeAddsRowsOfTheSameName(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	row := func(client, route string, calls uint64, start, end time.Duration, latencies ...time.Duration) Row {
		return Row{Client: client, Method: "GET", Route: route, Calls: calls, Latency: observed(latencies...), First: at.Add(start), Last: at.Add(end)}
	}
	a := Snapshot{Client: "a", From: at, To: at.Add(2 * time.Hour), InFlight: 1, Rows: []Row{
		row("a", "/one", 2, 0, time.Minute, time.Second, 3*time.Second),
		row("a", "/two", 9, time.Minute, time.Hour, 10*time.Second),
	}}
	b := Snapshot{Client: "b", From: at.Add(-time.Hour), To: at.Add(time.Hour), InFlight: 2, Rows: []Row{
		row("b", "/one", 4, 0, 2*time.Second, time.Millisecond),
	}}
	again := Snapshot{Client: "a", From: at, To: at, Rows: []Row{row("a", "/one", 8, 0, 2*time.Minute, 5*time.Second)}}

	m := Merge(a, b, again)
	if m.Client != "a, b" || !m.From.Equal(at.Add(-time.Hour)) || !m.To.Equal(at.Add(2*time.Hour)) || m.InFlight != 3 {
		t.Errorf("%q from %v to %v, %d in flight", m.Client, m.From, m.To, m.InFlight)
	}
	var got []string
	for _, r := range m.Rows {
		got = append(got, r.Client+r.Route)
	}
	if want := []string{"a/one", "a/two", "b/one"}; !reflect.DeepEqual(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	if want := observed(time.Second, 3*time.Second, 10*time.Second, time.Millisecond, 5*time.Second); !reflect.DeepEqual(m.Total.Latency, want) {
		t.Errorf("total %+v, want %+v", m.Total.Latency, want)
	}
	if m.Total.Calls != 23 || m.Total.Rate != 23/3600.0 {
		t.Errorf("%d calls at %v/s", m.Total.Calls, m.Total.Rate)
	}
	if len(a.Rows) != 2 || a.Rows[0].Calls != 2 {
		t.Error("Merge changed its argument")
	}
}

// The times of calls are shown by the clock as it is now. It may have been set since the recorder was
// made, for example soon after a machine without a clock of its own has started, and the machine may
// have slept.
func TestTimesAreThoseOfTheClockAsItIsNow(t *testing.T) {
	for _, step := range []time.Duration{-time.Hour, 8 * time.Hour, 50 * 365 * 24 * time.Hour} {
		r := New("test")
		r.KeepCalls(10)
		if err := send(t.Context(), t, r.Wrap(rttest.Respond(200, "")), "GET", "/r"); err != nil {
			t.Fatal(err)
		}
		st := r.store.Load()
		st.start = rttest.Stepped(t, st.start, -step)
		now, s, calls := time.Now(), r.Snapshot(), r.Timeline().Calls
		if s.From != st.start || s.Total.Last.Sub(s.Total.First).Abs() > time.Minute || s.Total.Rate < 1.0/60 {
			t.Errorf("set by %v: from %v, a call from %v to %v, %v per second", step, s.From, s.Total.First, s.Total.Last, s.Total.Rate)
		}
		for what, at := range map[string]time.Time{"first": s.Total.First, "last": s.Total.Last, "call": calls[0].Start} {
			if off := at.Round(0).Sub(now.Round(0)); off.Abs() > time.Minute {
				t.Errorf("set by %v: %s is %v ahead of the clock", step, what, off)
			}
		}
	}
}

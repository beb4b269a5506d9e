package report

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// someCalls returns calls of all kinds, as a recorder keeps them, in whole microseconds.
func someCalls(n int) metrics.Timeline {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same calls each time
	t := metrics.Timeline{Client: "pokeapi", Dropped: 7}
	at := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	span := func(most time.Duration) time.Duration { return rand.N(most).Truncate(time.Microsecond) }
	for i := range n {
		at = at.Add(span(12 * time.Millisecond))
		c := metrics.Call{
			Method: "GET", Route: []string{"/pokemon/{name}", "/berry/{id}", "/type/{id}"}[r.IntN(3)],
			Start: at, Outcome: "ok", Made: 1,
		}
		a := metrics.Attempt{
			Number: 1, Headers: span(200 * time.Millisecond), Body: span(9 * time.Millisecond), Bytes: int64(r.IntN(5000)),
			Status: 200, Cause: "first", Verdict: "ok", Sent: true,
		}
		switch i % 20 {
		case 0, 1:
			a.Waits.Queue = span(200 * time.Millisecond)
		case 2, 3, 4:
			a.Waits.Quota = span(200 * time.Millisecond)
		case 5:
			a.Waits.Pause, a.Sent, a.Replayed = time.Second, false, true
		case 6:
			a.Status, a.Verdict = 503, "retryable"
		}
		c.Attempts = []metrics.Attempt{a}
		c.Elapsed = a.Headers + a.Waits.Queue + a.Waits.Quota + a.Waits.Pause
		if i%20 == 6 {
			b := a
			b.Number, b.Cause, b.After, b.Waits.Backoff = 2, "retry", c.Elapsed, 300*time.Millisecond
			c.Elapsed += b.Waits.Backoff + b.Headers
			c.Made, c.Outcome, c.Stopped = 40, "status", "40 of 40 attempts made"
			b.Number, b.Error, b.Notes = 40, "dial <script>alert(1)</script>", "hint 2s"
			c.Attempts = append(c.Attempts, b)
		}
		t.Calls = append(t.Calls, c)
	}
	return t
}

func TestPackedCallsAreReadBack(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000} {
		want := someCalls(n)
		if n > 3 {
			want.Calls[3].Attempts = append(want.Calls[3].Attempts, metrics.Attempt{Number: 2, Cause: "hedge", After: time.Microsecond, Headers: 5 * time.Microsecond})
			want.Calls[4].Attempts[0].Number, want.Calls[4].Attempts = 3, want.Calls[4].Attempts[:1] // a recorder inside of retry
			want.Calls[5].Attempts = nil
			want.Calls[2].Start = want.Calls[2].Start.Add(-time.Hour) // calls are in the order in which they returned
		}
		b, err := json.Marshal(pack(want))
		if err != nil {
			t.Fatal(err)
		}
		var p packed
		if err := json.Unmarshal(b, &p); err != nil {
			t.Fatal(err)
		}
		got, err := p.timeline()
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			for i := range want.Calls {
				if !reflect.DeepEqual(got.Calls[i], want.Calls[i]) {
					t.Fatalf("call %d of %d is read as\n%+v, want\n%+v", i, n, got.Calls[i], want.Calls[i])
				}
			}
			t.Fatalf("%d calls are read as %+v", n, got)
		}
	}
}

func TestDamagedColumns(t *testing.T) {
	const one = `,"elapsed":"1","name":"0","outcome":"0","unseen":"0","stopped":"0","attempts":"0"}}`
	for what, text := range map[string]string{
		"a column that is short":     `{"calls":{"start":"1 2","elapsed":"1"}}`,
		"too many attempts":          strings.Replace(`{"names":[""],"calls":{"start":"1"`+one, `"attempts":"0"`, `"attempts":"9"`, 1),
		"a name that is none":        strings.Replace(`{"names":[""],"calls":{"start":"1"`+one, `"name":"0"`, `"name":"5"`, 1),
		"a time beyond all time":     `{"names":[""],"calls":{"start":"1y2p0ij32e8e7"` + one,
		"runs of more than a file":   `{"calls":{"start":{"runs":"1 zzzzzzzz"}}}`,
		"runs of less than nothing":  `{"calls":{"start":{"runs":"1 -1"}}}`,
		"gaps of more than a file":   `{"calls":{"start":{"gaps":"zzzzzzzz 1","n":3}}}`,
		"a length that is too short": `{"calls":{"start":{"gaps":"3 1","n":2}}}`,
		"a column of words":          `{"calls":{"start":"!"}}`,
		"a run of words":             `{"calls":{"start":{"runs":"!"}}}`,
		"a gap of words":             `{"calls":{"start":{"gaps":"!"}}}`,
	} {
		var p packed
		err := json.Unmarshal([]byte(text), &p)
		if err == nil {
			_, err = p.timeline()
		}
		if !errors.Is(err, errPacked) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
}

// FuzzPacked: what is read can be written again, and no file causes a panic.
func FuzzPacked(f *testing.F) {
	b, err := json.Marshal(pack(someCalls(40)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"calls":{"start":{"runs":"1 3"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p packed
		if json.Unmarshal(b, &p) != nil {
			return
		}
		read, err := p.timeline()
		if err != nil {
			return
		}
		again, err := pack(read).timeline()
		if err != nil || len(again.Calls) != len(read.Calls) {
			t.Errorf("%d calls are read again as %d, %v", len(read.Calls), len(again.Calls), err)
		}
	})
}

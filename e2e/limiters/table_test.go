package limiters

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// A span is the range of some durations.
type span struct {
	min, max time.Duration
	n        int
}

func (s *span) add(d time.Duration) {
	if s.n == 0 {
		s.min, s.max = d, d
	}
	s.min, s.max, s.n = min(s.min, d), max(s.max, d), s.n+1
}

// String returns seconds as "1.00-2.00".
func (s *span) String() string {
	switch {
	case s.n == 0:
		return "-"
	case s.max-s.min < 5*time.Millisecond:
		return fmt.Sprintf("%.2f", s.max.Seconds())
	}
	return fmt.Sprintf("%.2f-%.2f", s.min.Seconds(), s.max.Seconds())
}

// A row has the figures of a limiter with a stack.
type row struct {
	limiter, version, stack string
	calls                   int
	said                    span // the wait that the first 429 of a call asked for
	waited                  span // from that 429 to the request that was accepted
	early                   int  // requests that were throttled although they came when the server had asked for them
	late                    span // how much later than the last 429 asked for the accepted request came
	sends                   int
	note                    string
}

// add adds a call that was throttled and in the end accepted.
func (r *row) add(say saying, call []exchange) {
	r.calls++
	r.sends += len(call)
	last := len(call) - 1
	if said, ok := say(call[0].response); ok {
		r.said.add(said)
	}
	r.waited.add(call[last].sent.Sub(call[0].at))
	for i, e := range call[:last] {
		said, ok := say(e.response)
		if ok && i+1 < last {
			r.early++
		}
		if ok && i+1 == last {
			r.late.add(call[last].sent.Sub(e.at.Add(said)))
		}
	}
}

// A table is the report of a run.
type table struct {
	mu   sync.Mutex
	rows []*row
}

func (t *table) add(r *row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

func (t *table) print(w io.Writer) {
	slices.SortStableFunc(t.rows, func(a, b *row) int {
		return strings.Compare(a.limiter+" "+a.stack, b.limiter+" "+b.stack)
	})
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "limiter\tversion\tstack\tcalls\tsaid, s\twaited, s\tearly\tlate, s\tsends a call\t")
	for _, r := range t.rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t%.2f\t%s\n", r.limiter, r.version, r.stack, r.calls,
			&r.said, &r.waited, r.early, &r.late, float64(r.sends)/float64(max(r.calls, 1)), r.note)
	}
	_ = out.Flush()
}

// The call has three requests. The second one comes when the server has asked for it, and is
// throttled all the same.
func TestARowCountsWhatCameEarlyAndHowLateTheLastWas(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	limited := func(sent time.Duration, said string) exchange {
		return exchange{at.Add(sent), response{at.Add(sent), 429, map[string][]string{"Retry-After": {said}}}}
	}
	var r row
	r.add(delay("Retry-After"), []exchange{
		limited(0, "1"), limited(time.Second, "2"),
		{at.Add(3500 * time.Millisecond), response{at.Add(3500 * time.Millisecond), 200, nil}},
	})
	if r.calls != 1 || r.sends != 3 || r.early != 1 || r.said.String() != "1.00" || r.waited.String() != "3.50" || r.late.String() != "0.50" {
		t.Errorf("%+v", r)
	}
	var out strings.Builder
	(&table{rows: []*row{&r}}).print(&out)
	if !strings.Contains(out.String(), "0.50") {
		t.Errorf("printed %q", out.String())
	}
}

package sharedtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A Driver does what a tape does with the database driver alone: the same bytes in one table with
// an index.
type Driver struct {
	Insert func(batch []store.Entry)
	Find   func(key store.Key)
}

// took returns how long each of two functions takes. They are called in turn, so that other load on
// the machine affects both.
func took(rounds int, a, b func(round int)) (first, second time.Duration) {
	for i := range rounds {
		start := time.Now()
		a(i)
		middle := time.Now()
		b(i)
		first, second = first+middle.Sub(start), second+time.Since(middle)
	}
	return first, second
}

// BesideTheDriver reports how much more an empty tape costs than the driver alone, in one run of
// batches of exchanges of about 1 KiB. The ratios are "append/driver" and "find/driver", the
// tape's time divided by the driver's.
func BesideTheDriver(b *testing.B, s Store, driver Driver, batches, each int) {
	b.Helper()
	list := make([][]store.Entry, batches)
	for i := range list {
		list[i] = large(i*each, each)
	}
	appended, inserted := took(len(list), func(i int) { tapetest.Must(b, s.Append(list[i])) }, func(i int) { driver.Insert(list[i]) })
	keys := make([]store.Key, min(500, batches*each))
	for i := range keys {
		keys[i] = list[i*7919%len(list)][i%each].Key
	}
	var ours, its time.Duration
	rounds := 0
	for b.Loop() {
		o, t := took(len(keys), func(i int) {
			if x, err := s.Find(keys[i], 0); x == nil || err != nil {
				b.Fatal(x, err)
			}
		}, func(i int) { driver.Find(keys[i]) })
		ours, its, rounds = ours+o, its+t, rounds+len(keys)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(appended.Seconds()/inserted.Seconds(), "append/driver")
	b.ReportMetric(float64(batches*each)/appended.Seconds(), "appends/s")
	b.ReportMetric(ours.Seconds()/its.Seconds(), "find/driver")
	b.ReportMetric(float64(ours.Microseconds())/float64(rounds), "µs/find")
	b.ReportMetric(float64(its.Microseconds())/float64(rounds), "µs/select")
}

// large returns a batch of n exchanges of about 1 KiB. Their paths are in random order, so that
// inserts are spread over each index.
func large(from, n int) []store.Entry {
	body := `{"items":[` + strings.Repeat(`{"name":"pikachu","id":25},`, 35) + `{}]}`
	batch := make([]store.Entry, n)
	for i := range batch {
		path := uint32(from+i) * 2654435761                                                                                   //nolint:gosec // it goes round
		batch[i].Exchange = tapetest.Exchange(store.ID(from+i+1), "GET", fmt.Sprintf("https://api.test/item/%d", path), body) //nolint:gosec // small
	}
	return batch
}

// Many appends size exchanges whose keys are in no order, in batches of 1000.
func Many(tb testing.TB, s Store, size int) {
	tb.Helper()
	for from := 0; from < size; from += 1000 {
		batch := make([]store.Entry, 1000)
		for k := range batch {
			x := numberedOf("many", from+k)
			batch[k].Exchange = tapetest.Exchange(x.ID, "GET", fmt.Sprintf("http://api.test/%d", (from+k)*7919%size), string(x.Response.Body))
		}
		tapetest.Must(tb, s.Append(batch))
	}
}

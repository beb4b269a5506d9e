package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

const batchSize = 256

// exchanges returns a batch of exchanges of about 1 KiB.
func exchanges(from int) []store.Entry {
	body := `{"items":[` + strings.Repeat(`{"name":"pikachu","id":25},`, 35) + `{}]}`
	batch := make([]store.Entry, batchSize)
	for i := range batch {
		// The paths are in no order, so that each index has its entries anywhere.
		batch[i].Exchange = tapetest.Exchange(store.ID(from+i+1), "GET", fmt.Sprintf("https://api.test/item/%d", (from+i)*2654435761%(1<<32)), body) //nolint:gosec // small
	}
	return batch
}

// control is a table with an index, as the driver alone has it.
type control struct{ pool *pgxpool.Pool }

func newControl(tb testing.TB, url string) control {
	tb.Helper()
	pool, err := pgxpool.New(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	if _, err := pool.Exec(tb.Context(), `CREATE TABLE t (id bigint PRIMARY KEY, sum bytea NOT NULL, data bytea NOT NULL); CREATE INDEX i ON t (sum, id)`); err != nil {
		tb.Fatal(err)
	}
	return control{pool}
}

func (c control) insert(tb testing.TB, batch []store.Entry) {
	tb.Helper()
	ids, sums, data := make([]int64, len(batch)), make([][]byte, len(batch)), make([][]byte, len(batch))
	for i, e := range batch {
		ids[i], sums[i] = int64(e.ID), e.Key.Sum[:] //nolint:gosec // small
		data[i], _ = e.MarshalBinary()
	}
	if _, err := c.pool.Exec(tb.Context(), `INSERT INTO t SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])`, ids, sums, data); err != nil {
		tb.Fatal(err)
	}
}

func (c control) find(tb testing.TB, sum [sha256.Size]byte) {
	tb.Helper()
	var id int64
	var data []byte
	if err := c.pool.QueryRow(tb.Context(), `SELECT id, data FROM t WHERE sum = $1 AND id > 0 ORDER BY id LIMIT 1`, sum[:]).Scan(&id, &data); err != nil {
		tb.Fatal(err)
	}
}

// took returns how long each of two things takes, by turns, so that what else the machine does
// strikes both.
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

// BenchmarkBesideTheDriver shows as ratios what a tape costs over what the driver does alone with
// the same bytes, in one run: "append/driver" and "find/driver", times of ours by times of its.
func BenchmarkBesideTheDriver(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			url := server(b)
			s := open(b, url, "a", postgres.Options{})
			c := newControl(b, url)
			batches := make([][]store.Entry, size/batchSize)
			for i := range batches {
				batches[i] = exchanges(i * batchSize)
			}
			appended, inserted := took(len(batches), func(i int) {
				if err := s.Append(batches[i]); err != nil {
					b.Fatal(err)
				}
			}, func(i int) { c.insert(b, batches[i]) })
			keys := make([]store.Key, 500)
			for i := range keys {
				keys[i] = batches[i*7919%len(batches)][i%batchSize].Key
			}
			var ours, its time.Duration
			rounds := 0
			for b.Loop() {
				o, t := took(len(keys), func(i int) {
					if x, err := s.Find(keys[i], 0); x == nil || err != nil {
						b.Fatal(x, err)
					}
				}, func(i int) { c.find(b, keys[i].Sum) })
				ours, its, rounds = ours+o, its+t, rounds+len(keys)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(appended.Seconds()/inserted.Seconds(), "append/driver")
			b.ReportMetric(float64(len(batches)*batchSize)/appended.Seconds(), "appends/s")
			b.ReportMetric(ours.Seconds()/its.Seconds(), "find/driver")
			b.ReportMetric(float64(ours.Microseconds())/float64(rounds), "µs/find")
			b.ReportMetric(float64(its.Microseconds())/float64(rounds), "µs/select")
		})
	}
}

package sqlite_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

const batchSize = 256

// exchanges returns a batch of exchanges of about 1 KiB.
func exchanges(from int) []store.Entry {
	body := `{"items":[` + strings.Repeat(`{"name":"pikachu","id":25},`, 35) + `{}]}`
	batch := make([]store.Entry, batchSize)
	for i := range batch {
		// The paths are in no order, so that each index has its entries anywhere.
		batch[i].Exchange = tapetest.Exchange(store.ID(from+i+1), "GET", fmt.Sprintf("https://api.test/item/%d", (from+i)*2654435761%(1<<32)), body)
	}
	return batch
}

// control is a table with an index, as the driver alone has it, and the same settings.
type control struct{ db *sql.DB }

func newControl(tb testing.TB) control {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(tb.TempDir(), "control.sqlite")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	if _, err := db.ExecContext(tb.Context(), `CREATE TABLE t (id INTEGER PRIMARY KEY, sum BLOB NOT NULL, data BLOB NOT NULL); CREATE INDEX i ON t (sum, id)`); err != nil {
		tb.Fatal(err)
	}
	return control{db}
}

func (c control) insert(tb testing.TB, batch []store.Entry) {
	tb.Helper()
	ctx := tb.Context()
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		tb.Fatal(err)
	}
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO t VALUES (?, ?, ?)`)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range batch {
		data, _ := e.MarshalBinary()
		if _, err := stmt.ExecContext(ctx, int64(e.ID), e.Key.Sum[:], data); err != nil {
			tb.Fatal(err)
		}
	}
	_ = stmt.Close()
	if err := tx.Commit(); err != nil {
		tb.Fatal(err)
	}
}

func (c control) find(tb testing.TB) func(sum [sha256.Size]byte) {
	tb.Helper()
	stmt, err := c.db.PrepareContext(tb.Context(), `SELECT id, data FROM t WHERE sum = ? AND id > 0 ORDER BY id LIMIT 1`)
	if err != nil {
		tb.Fatal(err)
	}
	return func(sum [sha256.Size]byte) {
		var id int64
		var data []byte
		if err := stmt.QueryRowContext(context.Background(), sum[:]).Scan(&id, &data); err != nil {
			tb.Fatal(err)
		}
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
			s, err := sqlite.Open(filepath.Join(b.TempDir(), "tape.sqlite"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			c := newControl(b)
			n := size / batchSize * batchSize
			batches := make([][]store.Entry, size/batchSize)
			for i := range batches {
				batches[i] = exchanges(i * batchSize)
			}
			appended, inserted := took(len(batches), func(i int) {
				if err := s.Append(batches[i]); err != nil {
					b.Fatal(err)
				}
			}, func(i int) { c.insert(b, batches[i]) })
			find := c.find(b)
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
				}, func(i int) { find(keys[i].Sum) })
				ours, its, rounds = ours+o, its+t, rounds+len(keys)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(appended.Seconds()/inserted.Seconds(), "append/driver")
			b.ReportMetric(float64(n)/appended.Seconds(), "appends/s")
			b.ReportMetric(ours.Seconds()/its.Seconds(), "find/driver")
			b.ReportMetric(float64(ours.Microseconds())/float64(rounds), "µs/find")
			b.ReportMetric(float64(its.Microseconds())/float64(rounds), "µs/select")
		})
	}
}

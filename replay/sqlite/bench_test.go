package sqlite_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

const batchSize = 256

// control is a table with an index and the same settings, used through the driver alone.
type control struct{ db *sql.DB }

func newControl(tb testing.TB) control {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(tb.TempDir(), "control.sqlite")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	tapetest.Must(tb, err)
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
	tapetest.Must(tb, err)
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO t VALUES (?, ?, ?)`)
	tapetest.Must(tb, err)
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
	tapetest.Must(tb, err)
	return func(sum [sha256.Size]byte) {
		var id int64
		var data []byte
		if err := stmt.QueryRowContext(context.Background(), sum[:]).Scan(&id, &data); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkBesideTheDriver reports what a tape costs as ratios to what the driver alone costs. See
// sharedtest.BesideTheDriver.
func BenchmarkBesideTheDriver(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			c := newControl(b)
			find := c.find(b)
			driver := sharedtest.Driver{
				Insert: func(batch []store.Entry) { c.insert(b, batch) },
				Find:   func(key store.Key) { find(key.Sum) },
			}
			sharedtest.BesideTheDriver(b, open(b, filepath.Join(b.TempDir(), "tape.sqlite")), driver, size/batchSize, batchSize)
		})
	}
}

package postgres_test

import (
	"crypto/sha256"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

const batchSize = 256

// control is a table with an index, used through the driver alone.
type control struct{ pool *pgxpool.Pool }

func newControl(tb testing.TB, url string) control {
	tb.Helper()
	pool, err := pgxpool.New(tb.Context(), url)
	tapetest.Must(tb, err)
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

// BenchmarkBesideTheDriver reports what a tape costs as ratios to what the driver alone costs. See
// sharedtest.BesideTheDriver.
func BenchmarkBesideTheDriver(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			url := server(b)
			c := newControl(b, url)
			driver := sharedtest.Driver{
				Insert: func(batch []store.Entry) { c.insert(b, batch) },
				Find:   func(key store.Key) { c.find(b, key.Sum) },
			}
			sharedtest.BesideTheDriver(b, open(b, url, "a", postgres.Options{}), driver, size/batchSize, batchSize)
		})
	}
}

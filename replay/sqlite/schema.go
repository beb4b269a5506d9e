package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gracy-go/gracy/replay/store"
)

const schema = 1

// A table is a table that the database must have, word for word.
type table struct{ name, sql string }

// tables returns the tables of schema 1.
func tables() []table {
	return []table{
		{"gracy_meta", `CREATE TABLE gracy_meta (
	name TEXT NOT NULL PRIMARY KEY, -- schema; recipe: how sums are made; last: the largest id
	value NOT NULL
)`},
		{"gracy_exchange", `CREATE TABLE gracy_exchange (
	id INTEGER NOT NULL PRIMARY KEY, -- milliseconds since 1970 << 20, and a counter
	method TEXT NOT NULL,
	host TEXT NOT NULL,
	path TEXT NOT NULL,
	status INTEGER, -- NULL: there was no response
	started TEXT NOT NULL, -- UTC
	sum BLOB NOT NULL, -- SHA-256 of the request; requests of the same sum are the same
	request BLOB AS (substr(sum, 1, 20)) VIRTUAL, -- the part of sum that is the same whoever made it
	crc INTEGER NOT NULL -- CRC-32C of id, host, path, method and sum
)`},
		{"gracy_record", `CREATE TABLE gracy_record (
	id INTEGER NOT NULL PRIMARY KEY,
	crc INTEGER NOT NULL, -- CRC-32C of id and data
	data BLOB NOT NULL -- the exchange as store.Exchange.MarshalBinary writes it
)`},
		{"gracy_part", `CREATE TABLE gracy_part (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	crc INTEGER NOT NULL, -- CRC-32C of id, number and data
	data BLOB NOT NULL, -- 256 KiB of the body of a response, the last part has fewer
	UNIQUE (id, number)
)`},
		{"gracy_unfinished", `CREATE TABLE gracy_unfinished (
	id INTEGER NOT NULL PRIMARY KEY, -- there are parts of it, and no exchange yet
	owner TEXT NOT NULL, -- who writes them
	touched INTEGER NOT NULL -- seconds since 1970
)`},
		{"gracy_lookup", lookup},
	}
}

const lookup = `CREATE INDEX gracy_lookup ON gracy_exchange (host, path, method, sum, id)`

const (
	metaSchema = "schema"
	metaRecipe = "recipe"
	metaLast   = "last"
)

// querier is a connection, or a pool of them.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// check returns an error unless the database has a tape of this schema. found is false if it has no
// table of one.
func check(q querier, path string) (found bool, err error) {
	ctx := context.Background()
	text := func(name string) (sqlText string, err error) {
		err = q.QueryRowContext(ctx, `SELECT sql FROM sqlite_master WHERE name = ?`, name).Scan(&sqlText)
		return sqlText, err
	}
	all := tables()
	meta, err := text(all[0].name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, explain(path, err)
	case meta != all[0].sql:
		return true, &store.FormatError{Path: path, Reason: "table gracy_meta is not that of a tape"}
	}
	var number any
	if err := q.QueryRowContext(ctx, `SELECT value FROM gracy_meta WHERE name = ?`, metaSchema).Scan(&number); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return true, noTape(path)
		}
		return true, explain(path, err)
	}
	if n, ok := number.(int64); !ok || n != schema {
		return true, &store.FormatError{Path: path, Found: int(n), Want: schema, Reason: "tape of an unknown schema"}
	}
	for _, t := range all[1:] {
		switch have, err := text(t.name); {
		case errors.Is(err, sql.ErrNoRows):
			return true, &store.FormatError{Path: path, Reason: "damaged tape: " + t.name + " is missing"}
		case err != nil:
			return true, explain(path, err)
		case have != t.sql:
			return true, &store.FormatError{Path: path, Reason: "damaged tape: " + t.name + " is not that of schema 1"}
		}
	}
	return true, nil
}

// noTape is the error of a database without a tape.
func noTape(path string) error {
	return &store.FormatError{Path: path, Reason: "a SQLite database, but not a tape"}
}

// create makes the tables, unless another process was faster. A file that this package made has
// nothing else in it.
func (s *sqliteStore) create() error {
	return s.update(func(w *writing) error {
		found, err := check(w.conn, s.path)
		if found || err != nil {
			return err
		}
		if s.owns {
			n := 0
			if err := w.conn.QueryRowContext(context.Background(), `SELECT count(*) FROM sqlite_master`).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return noTape(s.path)
			}
		}
		for _, t := range tables() {
			if err := w.exec(t.sql); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		return w.exec(`INSERT INTO gracy_meta VALUES (?, ?), (?, ''), (?, 0)`, metaSchema, schema, metaRecipe, metaLast)
	})
}

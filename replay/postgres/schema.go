package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/store"
)

const schema = 1

// tables creates schema 1. Texts are compared byte by byte, whatever the collation of the database.
const tables = `
CREATE TABLE gracy_meta (schema integer NOT NULL);
CREATE TABLE gracy_tape (
	tape integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text COLLATE "C" NOT NULL UNIQUE,
	recipe text NOT NULL DEFAULT '',
	last bigint NOT NULL DEFAULT 0
);
CREATE TABLE gracy_exchange (
	tape integer NOT NULL,
	id bigint NOT NULL,
	method text COLLATE "C" NOT NULL,
	host text COLLATE "C" NOT NULL,
	path text COLLATE "C" NOT NULL,
	status integer,
	started timestamptz NOT NULL,
	sum bytea NOT NULL,
	request bytea GENERATED ALWAYS AS (substring(sum FROM 1 FOR 20)) STORED,
	crc bigint NOT NULL,
	PRIMARY KEY (tape, id)
);
CREATE INDEX gracy_lookup ON gracy_exchange (tape, host, path, method, sum, id);
CREATE TABLE gracy_record (
	tape integer NOT NULL,
	id bigint NOT NULL,
	crc bigint NOT NULL,
	data bytea NOT NULL,
	PRIMARY KEY (tape, id)
);
CREATE TABLE gracy_part (
	tape integer NOT NULL,
	id bigint NOT NULL,
	number integer NOT NULL,
	crc bigint NOT NULL,
	data bytea NOT NULL,
	PRIMARY KEY (tape, id, number)
);
CREATE TABLE gracy_unfinished (
	tape integer NOT NULL,
	id bigint NOT NULL,
	owner text NOT NULL,
	touched timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tape, id)
);
INSERT INTO gracy_meta VALUES (1)`

// querier is a pool, or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// check returns an error unless the tables are those of this schema. found is false if there are
// none.
func (s *pgStore) check(ctx context.Context, q querier) (found bool, err error) {
	// to_regclass would return the state at the start of this transaction.
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'gracy_meta' AND pg_table_is_visible(oid))`).Scan(&found); err != nil || !found {
		return false, err
	}
	number := 0
	err = q.QueryRow(ctx, `SELECT schema FROM gracy_meta`).Scan(&number)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return true, &store.FormatError{Path: s.path, Reason: "table gracy_meta is not that of a tape"}
	case err == nil && number != schema:
		return true, &store.FormatError{Path: s.path, Found: number, Want: schema, Reason: "tapes of an unknown schema"}
	}
	return true, err
}

// begin finds the tape. It makes the tape and the tables if they are missing.
func (s *pgStore) begin(ctx context.Context) error {
	found, err := s.check(ctx, s.pool)
	if err != nil {
		return err
	}
	if found {
		err := s.find(ctx, s.pool)
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
	}
	if s.opts.ReadOnly {
		return errMissing
	}
	return pgx.BeginTxFunc(ctx, s.pool, readCommitted, func(tx pgx.Tx) error {
		var q pgx.Batch
		if err := tx.SendBatch(ctx, s.queueLock(&q, allTapes)).Close(); err != nil {
			return err
		}
		found, err := s.check(ctx, tx) // another may have been faster
		if err == nil && !found {
			_, err = tx.Exec(ctx, tables)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO gracy_tape (name) VALUES ($1) ON CONFLICT DO NOTHING`, s.name)
		}
		if err != nil {
			return err
		}
		return s.find(ctx, tx)
	})
}

// find finds the number of the tape, and its recipe.
func (s *pgStore) find(ctx context.Context, q querier) error {
	var recipe string
	err := q.QueryRow(ctx, `SELECT tape, recipe FROM gracy_tape WHERE name = $1`, s.name).Scan(&s.tape, &recipe)
	s.setRecipe(recipe)
	return err
}

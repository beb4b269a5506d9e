#!/usr/bin/env bash
# modernc.org/sqlite v1.62.0 below database/sql: a transaction whose second statement has a deadline
# of its own.
#
# Behavior: a statement that writes and whose deadline passes takes the whole transaction with it,
# the first insert too, and its error does not say so. SQLite is then in no transaction, but the Tx
# of database/sql goes on. What is done with it from then on is stored at once, each statement for
# itself. Rollback does not take that back, and neither Rollback nor Commit brings back the first:
# each returns an error and leaves the same half. If the statement violates a constraint, or if it
# only reads, the transaction goes on as it was.
#
# The guess it contradicts: that a transaction is stored whole or not at all, and that nothing that
# was done with a Tx is stored once Rollback has been called; and that a program may pass over a
# statement that failed in a transaction of SQLite, whatever made it fail.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "modernc.org/sqlite"
)

// endless has more rows than are read within the deadline.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'second' FROM n WHERE i < 0"

func main() {
	for _, second := range []struct{ name, statement string }{
		{"a write past its deadline", "INSERT INTO t " + endless},
		{"a read past its deadline", endless},
		{"a write that fails", "INSERT INTO t VALUES (NULL)"},
	} {
		for _, end := range []string{"Commit", "Rollback"} {
			db, err := sql.Open("sqlite", "file:finding.db")
			check(err)
			_, err = db.Exec("DROP TABLE IF EXISTS t; CREATE TABLE t (name TEXT NOT NULL)")
			check(err)
			tx, err := db.Begin()
			check(err)
			_, err = tx.Exec("INSERT INTO t VALUES ('first')")
			check(err)
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			if _, err = tx.ExecContext(ctx, second.statement); err == nil {
				panic("no error")
			}
			cancel()
			_, err = tx.Exec("INSERT INTO t VALUES ('third')")
			check(err)
			if end == "Commit" {
				err = tx.Commit()
			} else {
				err = tx.Rollback()
			}
			outcome := "no error"
			if err != nil {
				outcome = "an error"
			}
			var stored string
			check(db.QueryRow("SELECT coalesce(group_concat(name, ' and '), 'nothing') FROM (SELECT name FROM t ORDER BY rowid)").Scan(&stored))
			fmt.Printf("%s, %s: %s, stored: %s\n", second.name, end, outcome, stored)
			check(db.Close())
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get modernc.org/sqlite@v1.62.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
a write past its deadline, Commit: an error, stored: third
a write past its deadline, Rollback: an error, stored: third
a read past its deadline, Commit: no error, stored: first and third
a read past its deadline, Rollback: no error, stored: nothing
a write that fails, Commit: no error, stored: first and third
a write that fails, Rollback: no error, stored: nothing
SEEN
timeout 60 ./finding | tee out
diff seen out

#!/usr/bin/env bash
# github.com/lib/pq v1.12.3 below database/sql, and for comparison the driver of pgx v5.13.0. The
# server speaks as much of the protocol as is needed.
#
# Behavior: a server does an INSERT, and its connection is closed before the response comes, as by a
# proxy that ends. lib/pq then returns driver.ErrBadConn, and database/sql takes that to mean that
# nothing was sent: it sends the INSERT twice more, over other connections. One Exec that returns an
# error has done its work three times. If the connection is reset instead of closed, the INSERT is
# done once. With pgx it is done once in both cases.
#
# The guess it contradicts: that without a retry of one's own a statement is sent once, and that an
# error means at most once, as database/sql has it (ErrBadConn is not for a statement that the
# server may have performed); and that it makes no difference how a connection breaks.
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
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

// serve speaks with one client until its first statement, which it counts and does not respond to.
func serve(c net.Conn, done *atomic.Int64, reset bool) {
	defer c.Close()
	backend := pgproto3.NewBackend(c, c)
	if startup, err := backend.ReceiveStartupMessage(); err != nil {
		return
	} else if _, ok := startup.(*pgproto3.StartupMessage); !ok {
		return // it asks to cancel a query
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if backend.Flush() != nil {
		return
	}
	message, err := backend.Receive()
	if err != nil {
		return
	}
	query := message.(*pgproto3.Query)
	if query.String != insert {
		panic(query.String)
	}
	done.Add(1)
	if reset {
		check(c.(*net.TCPConn).SetLinger(0))
	}
}

const insert = "INSERT INTO payments VALUES (1)"

func main() {
	for _, driver := range []struct{ name, register, options string }{
		{"lib/pq", "postgres", "sslmode=disable"},
		{"pgx", "pgx", "sslmode=disable&default_query_exec_mode=simple_protocol"},
	} {
		for _, end := range []string{"closed", "reset"} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			check(err)
			var done atomic.Int64
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go serve(c, &done, end == "reset")
				}
			}()
			db, err := sql.Open(driver.register, fmt.Sprintf("postgres://user:secret@%s/db?%s", l.Addr(), driver.options))
			check(err)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			_, err = db.ExecContext(ctx, insert)
			fmt.Printf("%s, %s: one Exec, an error: %v, done %d times\n", driver.name, end, err != nil, done.Load())
			cancel()
			check(db.Close())
			check(l.Close())
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/lib/pq@v1.12.3 github.com/jackc/pgx/v5@v5.13.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
cat > seen <<'SEEN'
lib/pq, closed: one Exec, an error: true, done 3 times
lib/pq, reset: one Exec, an error: true, done 1 times
pgx, closed: one Exec, an error: true, done 1 times
pgx, reset: one Exec, an error: true, done 1 times
SEEN
timeout 60 ./finding | tee out
diff seen out

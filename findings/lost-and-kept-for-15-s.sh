#!/usr/bin/env bash
# github.com/jackc/pgx/v5 v5.13.0: its pgxpool with four connections. database/sql over the same
# driver is for comparison. The server speaks as much of the protocol as is needed.
#
# Behavior: the four connections are lost without a word, as at a failover, and the server responds
# to new ones at once. Four queries that use the lost ones end at their deadline of 1 s. But for 15
# s more the pool waits for each of these connections, in case the server confirms that the query is
# canceled. As long as that takes, the four count as its four connections, none is made for a query,
# and each call fails at its own deadline. database/sql makes a new connection at once, and its
# fifth call is done.
#
# The guess it contradicts: that a query that ended at its deadline has left its place in the pool,
# since its connection is closed; and that a pool works again as soon as its server does.
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
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
)

// A server holds its response to a slow query until four of them are there, so that they need four
// connections. From lose on, the connections that there are get no response any more.
type server struct {
	listener net.Listener
	slow     sync.WaitGroup
	number   atomic.Int64 // of connections
	lost     atomic.Int64 // those of them up to this number
}

func (s *server) serve() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		go s.speak(c)
	}
}

func (s *server) speak(c net.Conn) {
	defer c.Close()
	backend := pgproto3.NewBackend(c, c)
	if m, err := backend.ReceiveStartupMessage(); err != nil {
		return
	} else if _, ok := m.(*pgproto3.StartupMessage); !ok {
		return // it asks to cancel the query of another connection
	}
	number := s.number.Add(1)
	backend.Send(&pgproto3.AuthenticationOk{})
	for {
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		if backend.Flush() != nil {
			return
		}
		m, err := backend.Receive()
		for err == nil && number <= s.lost.Load() {
			m, err = backend.Receive()
		}
		query, ok := m.(*pgproto3.Query)
		if err != nil || !ok {
			return
		}
		switch query.String {
		case slow:
			s.slow.Done()
			s.slow.Wait()
			backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		case fast:
			backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		default: // a ping
			backend.Send(&pgproto3.EmptyQueryResponse{})
		}
	}
}

const (
	slow = "SELECT 'slow'"
	fast = "SELECT 'fast'"
)

func main() {
	for _, pool := range []struct {
		name string
		open func(address string) func(context.Context, string) error
	}{
		{"pgxpool", func(address string) func(context.Context, string) error {
			p, err := pgxpool.New(context.Background(), address+"&pool_max_conns=4")
			check(err)
			return func(ctx context.Context, query string) error {
				_, err := p.Exec(ctx, query)
				return err
			}
		}},
		{"database/sql", func(address string) func(context.Context, string) error {
			db, err := sql.Open("pgx", address)
			check(err)
			db.SetMaxOpenConns(4)
			db.SetMaxIdleConns(4)
			return func(ctx context.Context, query string) error {
				_, err := db.ExecContext(ctx, query)
				return err
			}
		}},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		s := &server{listener: l}
		s.slow.Add(4)
		go s.serve()
		exec := pool.open(fmt.Sprintf("postgres://user:secret@%s/db?sslmode=disable&default_query_exec_mode=simple_protocol", l.Addr()))
		var calls sync.WaitGroup
		four := func(timeout time.Duration, query string, want error) {
			for range 4 {
				calls.Go(func() {
					ctx, cancel := context.WithTimeout(context.Background(), timeout)
					defer cancel()
					if err := exec(ctx, query); !errors.Is(err, want) {
						panic(err)
					}
				})
			}
			calls.Wait()
		}
		four(time.Minute, slow, nil)
		s.lost.Store(s.number.Load())
		four(time.Second, fast, context.DeadlineExceeded)
		ended := time.Now()
		failed := 0
		for {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			err := exec(ctx, fast)
			cancel()
			if err == nil {
				break
			}
			if failed++; failed == 30 {
				panic(err)
			}
		}
		after := "at once"
		if waited := time.Since(ended).Round(time.Second); waited >= time.Second {
			after = "after " + waited.String()
			if waited >= 14*time.Second && waited <= 17*time.Second {
				after = "after 15s"
			}
		}
		fmt.Printf("%s: lost %d connections; the first call that is done is so %s\n", pool.name, s.lost.Load(), after)
		check(l.Close())
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/jackc/pgx/v5@v5.13.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
cat > seen <<'SEEN'
pgxpool: lost 4 connections; the first call that is done is so after 15s
database/sql: lost 4 connections; the first call that is done is so at once
SEEN
timeout 60 ./finding | tee out
diff seen out

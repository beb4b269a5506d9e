package postgres_test

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

// server returns the URL of a schema of its own for a test, in the database that GRACY_POSTGRES
// names, or else in that of user postgres at the usual address.
func server(tb testing.TB) string {
	tb.Helper()
	const variable, usual = "GRACY_POSTGRES", "127.0.0.1:5432"
	named := sharedtest.Server(tb, variable, usual, ".ci/postgres.sh")
	base := cmp.Or(named, "postgres://postgres@"+usual+"/postgres")
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, base)
	if err != nil && named == "" {
		tb.Skipf("the PostgreSQL server at %s lets nobody in: set %s to the URL of a database", usual, variable)
	}
	tapetest.Must(tb, err)
	name := sharedtest.Name()
	if _, err := conn.Exec(ctx, `CREATE SCHEMA `+name); err != nil {
		tb.Fatal(err)
	}
	_ = conn.Close(ctx)
	tb.Cleanup(func() {
		conn, err := pgx.Connect(ctx, base)
		if err != nil {
			tb.Error(err)
			return
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, `DROP SCHEMA `+name+` CASCADE`); err != nil {
			tb.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		tb.Fatal("GRACY_POSTGRES is no URL")
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(tb testing.TB, url, tape string, opts postgres.Options) postgres.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), url, tape, opts)
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// change runs statements without a store.
func change(tb testing.TB, url string, statements ...string) {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	tapetest.Must(tb, err)
	defer conn.Close(context.Background())
	for _, s := range statements {
		if _, err := conn.Exec(tb.Context(), s); err != nil {
			tb.Fatal(err)
		}
	}
}

// filled makes a tape with n exchanges.
func filled(tb testing.TB, url, tape string, n int) {
	tb.Helper()
	tapetest.Fill(tb, open(tb, url, tape, postgres.Options{}), n)
}

func TestStore(t *testing.T) {
	url := server(t)
	storetest.Run(t, func(dir string) (store.Store, error) { return postgres.Open(t.Context(), url, dir, postgres.Options{}) })
}

// Two tapes in one database are independent.
func TestTapesOfOneDatabase(t *testing.T) {
	url := server(t)
	sharedtest.Tapes(t, func(tape string, readOnly bool) (sharedtest.Store, error) {
		return postgres.Open(t.Context(), url, tape, postgres.Options{ReadOnly: readOnly})
	})
}

// No error contains the password, whatever is wrong.
func TestThePasswordIsInNoError(t *testing.T) {
	const secret = "pa%zzss"
	for _, url := range []string{
		"postgres://u:" + secret + "@127.0.0.1:1/d", "postgres://u:hunter22@127.0.0.1:1/d?connect_timeout=1", "host=127.0.0.1 port=x password=" + secret,
		"postgres://u:hunter22@127.0.0.1:1/d?sslmode=hunter22", "host=127.0.0.1 port=1 password='hunter22' dbname=d",
	} {
		_, err := postgres.Open(t.Context(), url, "a", postgres.Options{})
		if err == nil || strings.Contains(err.Error(), "zzss") || strings.Contains(err.Error(), "hunter") {
			t.Errorf("the error is %v", err)
		}
	}
	u, err := url.Parse(server(t))
	tapetest.Must(t, err)
	u.User = url.UserPassword(u.User.Username(), "hunter22")
	if _, err := postgres.Open(t.Context(), u.String(), "a", postgres.Options{}); err != nil && strings.Contains(err.Error(), "hunter") {
		t.Errorf("the error is %v", err)
	}
}

func TestNonsenseOptions(t *testing.T) {
	defer func() {
		if p := recover(); p == nil {
			t.Error("a negative Timeout does not panic")
		}
	}()
	_, _ = postgres.New(t.Context(), nil, "a", postgres.Options{Timeout: -1})
}

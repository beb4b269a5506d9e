package postgres_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

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
		_, err := postgres.Open(t.Context(), url, "a", postgres.Options{Timeout: 100 * time.Millisecond})
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

// starting stands before a server and makes it look as if it had just been started: at first nobody
// listens, then the server says that it starts or has too many clients.
func starting(t *testing.T, base string) string {
	t.Helper()
	r, behind := through(t, base)
	u, err := url.Parse(behind)
	tapetest.Must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	tapetest.Must(t, err)
	u.Host = l.Addr().String()
	tapetest.Must(t, l.Close())
	time.AfterFunc(300*time.Millisecond, func() {
		l, err := net.Listen("tcp", u.Host)
		if err != nil {
			t.Errorf("the port of the test was taken: %v", err)
			return
		}
		t.Cleanup(func() { _ = l.Close() })
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if codes := []string{"57P03", "57P03", "53300"}; n < len(codes) {
				_, _ = c.Read(make([]byte, 1000))
				text := "SFATAL\x00C" + codes[n] + "\x00Mnot now\x00\x00"
				_, _ = c.Write(append([]byte{'E', 0, 0, 0, byte(4 + len(text))}, text...))
				_ = c.Close()
				continue
			}
			go func() {
				up, err := net.Dial("tcp", r.Addr)
				if err == nil {
					go func() { _, _ = io.Copy(up, c); _ = up.Close() }()
					_, _ = io.Copy(c, up)
				}
				_ = c.Close()
			}()
		}
	})
	return u.String()
}

// Open waits for a server that has just been started, as it is in CI, and so does New.
func TestOpenWaitsForAServerThatStarts(t *testing.T) {
	base := server(t)
	s, err := postgres.Open(t.Context(), starting(t, base), "a", postgres.Options{})
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	pool, err := pgxpool.New(t.Context(), starting(t, base))
	tapetest.Must(t, err)
	defer pool.Close()
	s, err = postgres.New(t.Context(), pool, "b", postgres.Options{})
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
}

// Open waits no longer than Timeout, and not for a server that says no.
func TestOpenDoesNotWaitForever(t *testing.T) {
	u, err := url.Parse(server(t))
	tapetest.Must(t, err)
	start := time.Now()
	missing := *u
	missing.Path = "/gracy_test_no_such_database"
	if _, err := postgres.Open(t.Context(), missing.String(), "a", postgres.Options{Timeout: time.Hour}); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a database that does not exist: %v", err)
	}
	u.Host = "127.0.0.1:1"
	sharedtest.Within(t, 500*time.Millisecond, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		_, err := postgres.Open(tb.Context(), u.String(), "a", postgres.Options{Timeout: timeout})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "within "+timeout.String()) {
			tb.Errorf("a server that does not exist: %v", err)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := postgres.Open(ctx, u.String(), "a", postgres.Options{Timeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a context that is canceled: %v", err)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

// A connect_timeout in the URL is that of one attempt to connect, not of the call.
func TestAConnectTimeoutEndsNoCall(t *testing.T) {
	r, behind := through(t, server(t))
	r.Mute(true)
	time.AfterFunc(1500*time.Millisecond, func() { r.Mute(false) })
	s := open(t, behind+"&connect_timeout=1", "a", postgres.Options{Timeout: time.Minute})
	r.Mute(true)
	r.Cut()
	time.AfterFunc(1500*time.Millisecond, func() { r.Mute(false) })
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
}

// A caller that cancels gets only that, whatever the attempts to connect have found before.
func TestACancelIsNoTimeout(t *testing.T) {
	r, behind := through(t, server(t))
	r.Mute(true)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(1500*time.Millisecond, cancel)
	_, err := postgres.Open(ctx, behind+"&connect_timeout=1", "a", postgres.Options{Timeout: time.Minute})
	if !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

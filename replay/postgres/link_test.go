package postgres_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

// through returns the URL of a server behind a relay.
func through(tb testing.TB, base string) (*sharedtest.Relay, string) {
	tb.Helper()
	u, err := url.Parse(base)
	tapetest.Must(tb, err)
	r := sharedtest.NewRelay(tb, u.Host)
	u.Host = r.Addr
	q := u.Query()
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	return r, u.String()
}

// A store waits for a server that restarts. Nothing that was appended is lost or stored twice.
func TestAServerThatIsRestarted(t *testing.T) {
	url := server(t)
	restart := os.Getenv("GRACY_POSTGRES_RESTART")
	if restart == "" {
		t.Skip("GRACY_POSTGRES_RESTART has no command that restarts the server: run .ci/postgres.sh go test")
	}
	sharedtest.Meanwhile(t, open(t, url, "a", postgres.Options{Timeout: 20 * time.Second}), func() {
		for range 2 {
			if out, err := exec.CommandContext(t.Context(), "bash", "-c", restart).CombinedOutput(); err != nil {
				t.Errorf("restart: %v, %s", err, out)
			}
			time.Sleep(time.Second)
		}
	})
}

// No lookup waits forever for a silent server, or for a connection.
func TestTimeout(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		r, url := through(tb, server(tb))
		sharedtest.Timeout(tb, open(tb, url, "a", postgres.Options{Timeout: timeout}), r, timeout)
	})
}

// If the result of a commit is unknown, it is neither repeated nor lost.
func TestACommitWhoseEndIsNotKnown(t *testing.T) {
	r, url := through(t, server(t))
	s := open(t, url, "a", postgres.Options{})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	r.CutReply("commit\x00", false)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}, {Exchange: tapetest.Numbered(2)}}))
	if r.Replies() != 1 {
		t.Error("no commit was seen: the test does not test what it should")
	}
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("there are %v, want three", got)
	}
}

// A store waits for a process that writes, but not forever. Readers do not wait.
func TestATapeThatIsLocked(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		url := server(tb)
		filled(tb, url, "a", 3)
		s := open(tb, url, "a", postgres.Options{Timeout: timeout})
		conn, err := pgx.Connect(tb.Context(), url)
		tapetest.Must(tb, err)
		defer conn.Close(context.Background())
		tx, err := conn.Begin(tb.Context())
		tapetest.Must(tb, err)
		_, err = tx.Exec(tb.Context(), `SELECT pg_advisory_xact_lock(1735549817, tape) FROM gracy_tape`)
		tapetest.Must(tb, err)
		if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
			tb.Errorf("while another writes, Find gives %v, %v", x, err)
		}
		if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}); !errors.Is(err, store.ErrLocked) {
			tb.Errorf("Append returns %v, want ErrLocked", err)
		}
		if err := s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }); !errors.Is(err, store.ErrLocked) {
			tb.Errorf("Reindex returns %v, want ErrLocked", err)
		}
		tapetest.Must(tb, tx.Rollback(tb.Context()))
		tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}))
	})
}

// Waiting for a connection of a pool ends too.
func TestAPoolThatIsTaken(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		url := server(tb)
		config, err := pgxpool.ParseConfig(url)
		tapetest.Must(tb, err)
		config.MaxConns = 1
		pool, err := pgxpool.NewWithConfig(tb.Context(), config)
		tapetest.Must(tb, err)
		defer pool.Close()
		s, err := postgres.New(tb.Context(), pool, "a", postgres.Options{Timeout: timeout})
		tapetest.Must(tb, err)
		defer s.Close()
		tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
		tapetest.Must(tb, s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }))
		conn, err := pool.Acquire(tb.Context())
		tapetest.Must(tb, err)
		if _, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, context.DeadlineExceeded) {
			tb.Errorf("Find without a connection returns %v, want DeadlineExceeded", err)
		}
		conn.Release()
		if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
			tb.Errorf("Find gives %v, %v", x, err)
		}
	})
}

// Several processes make a tape and append to it, whatever isolation the database or the user has by default: a snapshot from
// before the wait for the lock would not show what the others have appended meanwhile.
func TestAppendUnderAStricterIsolation(t *testing.T) {
	base := server(t)
	u, err := url.Parse(base)
	tapetest.Must(t, err)
	q := u.Query()
	q.Set("default_transaction_isolation", "serializable")
	u.RawQuery = q.Encode()
	const each = 20
	var wg sync.WaitGroup
	for n := range 3 {
		wg.Go(func() {
			s, err := postgres.Open(t.Context(), u.String(), "a", postgres.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for i := range each {
				if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(n*each + i)}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := tapetest.IDs(t, open(t, base, "a", postgres.Options{}), 0); len(got) != 3*each {
		t.Errorf("there are %d, want %d", len(got), 3*each)
	}
}

// A batch whose Append failed, although the server had stored it, is not stored again.
func TestAFailedAppendThatIsRepeated(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		base := server(tb)
		r, url := through(tb, base)
		sharedtest.Repeated(tb, open(tb, url, "a", postgres.Options{Timeout: timeout}), open(tb, base, "a", postgres.Options{}), r, "commit\x00")
	})
}

// A server that does not notice the end of a connection gives back the lock of the tape.
func TestAConnectionThatGoesSilent(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		base := server(tb)
		r, url := through(tb, base)
		s := open(tb, url, "a", postgres.Options{Timeout: timeout})
		r.Silence("/silent")
		err := s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://api.test/silent", "x")}})
		if !errors.Is(err, context.DeadlineExceeded) || !r.Silenced() {
			tb.Errorf("Append over a connection that goes silent returns %v, want DeadlineExceeded", err)
		}
		other := open(tb, base, "a", postgres.Options{Timeout: time.Minute})
		tapetest.Must(tb, other.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}))
		tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Numbered(2)}}))
		if got := tapetest.IDs(tb, other, 0); len(got) != 2 {
			tb.Errorf("there are %v, want the two whose Append succeeded", got)
		}
		r.Cut() // or else Close waits 15 s for the connection, as the driver does
	})
}

// A server may be set to end sessions that are idle.
func TestASessionThatWasIdleForTooLong(t *testing.T) {
	s := open(t, server(t)+"&idle_session_timeout=100", "a", postgres.Options{})
	for id := range 3 {
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(id)}}))
		time.Sleep(300 * time.Millisecond) // the pool asks a connection first if it was idle for a second
		if x, err := s.Find(tapetest.Numbered(id).Key, 0); x == nil || err != nil {
			t.Errorf("Find gives %v, %v", x, err)
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// failingConn is a connection that fails once, as if its machine had lost the network.
type failingConn struct {
	net.Conn
	fail *atomic.Pointer[net.OpError]
}

func (c failingConn) Read(p []byte) (int, error) {
	if err := c.fail.Swap(nil); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// A network that fails for a while is waited for, however it says so: while there is a connection, and
// while another one is made.
func TestANetworkThatFails(t *testing.T) {
	config, err := pgxpool.ParseConfig(server(t))
	tapetest.Must(t, err)
	config.ConnConfig.TLSConfig, config.ConnConfig.Fallbacks = nil, nil // which dial twice
	var onRead, onDial atomic.Pointer[net.OpError]
	var onLookup atomic.Pointer[net.DNSError]
	config.ConnConfig.LookupFunc = func(_ context.Context, host string) ([]string, error) {
		if err := onLookup.Swap(nil); err != nil {
			return nil, err
		}
		return []string{host}, nil
	}
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if err := onDial.Swap(nil); err != nil {
			return nil, err
		}
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		return failingConn{c, &onRead}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	tapetest.Must(t, err)
	defer pool.Close()
	s, err := postgres.New(t.Context(), pool, "a", postgres.Options{})
	tapetest.Must(t, err)
	defer s.Close()
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	for _, code := range []syscall.Errno{
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENOENT,
	} {
		onRead.Store(&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", code)})
		onLookup.Store(&net.DNSError{Name: "db.test", Err: "server misbehaving", IsTemporary: true})
		onDial.Store(&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", code)})
		if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
			t.Errorf("%v: Find gives %v, %v", code, x, err)
		}
	}
	if onRead.Load() != nil || onLookup.Load() != nil || onDial.Load() != nil {
		t.Error("the network has not failed: the test does not test what it should")
	}
	onRead.Store(&net.OpError{Op: "read", Net: "tcp", Err: io.EOF})
	onLookup.Store(&net.DNSError{Name: "db.test", Err: "no such host", IsNotFound: true})
	if _, err := s.Find(tapetest.Numbered(0).Key, 0); err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("a host that does not exist: Find returns %v", err)
	}
}

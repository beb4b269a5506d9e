package postgres_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

// A server that is restarted is waited for: nothing that was appended is lost, and nothing is there twice.
func TestAServerThatIsRestarted(t *testing.T) {
	url := server(t)
	restart := os.Getenv("GRACY_POSTGRES_RESTART")
	if restart == "" {
		t.Skip("GRACY_POSTGRES_RESTART has no command that restarts the server: run .ci/postgres.sh go test")
	}
	s := open(t, url, "a", postgres.Options{Timeout: 20 * time.Second})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
					t.Errorf("Find gives %v, %v", x, err)
					return
				}
			}
		})
	}
	appended := 1
	wg.Go(func() {
		for ; ; appended++ {
			select {
			case <-done:
				return
			default:
			}
			if err := s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(appended+1), "GET", "http://other.test/", "x")}}); err != nil { //nolint:gosec // small
				t.Errorf("Append returns %v", err)
				return
			}
		}
	})
	for range 2 {
		if out, err := exec.CommandContext(t.Context(), "bash", "-c", restart).CombinedOutput(); err != nil {
			t.Errorf("restart: %v, %s", err, out)
		}
		time.Sleep(time.Second)
	}
	close(done)
	wg.Wait()
	if got := tapetest.IDs(t, s, 0); len(got) != appended {
		t.Errorf("there are %d exchanges of %d", len(got), appended)
	}
	t.Logf("%d exchanges were appended meanwhile", appended)
}

// relay stands between a store and the server, and can stop to hand on what comes.
type relay struct {
	listener net.Listener
	target   string

	mu        sync.Mutex // mu guards the fields below
	mute      bool       // what the server sends is swallowed
	cutCommit bool       // the connection ends instead of the next end of a commit
	conns     []net.Conn
}

func newRelay(t *testing.T, target string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	tapetest.Must(t, err)
	r := &relay{listener: l, target: target}
	t.Cleanup(func() {
		_ = l.Close()
		r.cut()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", target)
			if err != nil {
				_ = c.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, c, up)
			r.mu.Unlock()
			go r.pump(up, c, false)
			go r.pump(c, up, true)
		}
	}()
	return r
}

func (r *relay) pump(to, from net.Conn, fromServer bool) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			_ = to.Close()
			return
		}
		r.mu.Lock()
		mute := r.mute && fromServer
		cut := r.cutCommit
		r.mu.Unlock()
		if cut && fromServer && strings.Contains(string(b[:n]), "COMMIT\x00") {
			// The server has done it, and whoever asked for it will not know.
			r.mu.Lock()
			r.cutCommit = false
			r.mu.Unlock()
			_ = from.Close()
			_ = to.Close()
			return
		}
		if !mute {
			_, _ = to.Write(b[:n])
		}
	}
}

func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

func (r *relay) set(mute bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mute = mute
}

// through returns the URL of a server by way of a relay.
func through(t *testing.T, base string) (*relay, string) {
	t.Helper()
	u, err := url.Parse(base)
	tapetest.Must(t, err)
	r := newRelay(t, u.Host)
	u.Host = r.listener.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	return r, u.String()
}

// No lookup waits for ever: not for a server that says nothing any more, nor for a connection.
func TestTimeout(t *testing.T) {
	base := server(t)
	r, url := through(t, base)
	const limit = time.Second
	s := open(t, url, "a", postgres.Options{Timeout: limit})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	r.set(true)
	start := time.Now()
	calls := map[string]func() error{
		"Find":    func() error { _, err := s.Find(tapetest.Numbered(0).Key, 0); return err },
		"Near":    func() error { _, err := s.Near(tapetest.Numbered(0).Key, 3); return err },
		"Last":    func() error { _, err := s.Last(); return err },
		"Part":    func() error { _, err := s.Part(1, 0); return err },
		"Append":  func() error { return s.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}) },
		"Reindex": func() error { return s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }) },
		"Scan": func() error {
			for _, err := range s.Scan(0) {
				return err
			}
			return nil
		},
	}
	var wg sync.WaitGroup
	for name, call := range calls {
		wg.Go(func() {
			if err := call(); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1s") {
				t.Errorf("%s of a server that is mute returns %v, want DeadlineExceeded", name, err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("%d calls took %v", len(calls), took)
	}
	r.set(false)
	r.cut()
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("once the server speaks again, Find gives %v, %v", x, err)
	}
}

// A commit whose end is not known is not made twice, and not lost.
func TestACommitWhoseEndIsNotKnown(t *testing.T) {
	r, url := through(t, server(t))
	s := open(t, url, "a", postgres.Options{})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	r.mu.Lock()
	r.cutCommit = true
	r.mu.Unlock()
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}, {Exchange: tapetest.Numbered(2)}}))
	r.mu.Lock()
	if r.cutCommit {
		t.Error("no commit was seen: the test does not test what it should")
	}
	r.mu.Unlock()
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("there are %v, want three", got)
	}
}

// A process that writes is waited for, but not without end; readers do not wait for it.
func TestATapeThatIsLocked(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 3)
	s := open(t, url, "a", postgres.Options{Timeout: time.Second})
	conn, err := pgx.Connect(t.Context(), url)
	tapetest.Must(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	tapetest.Must(t, err)
	_, err = tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock(1735549817, tape) FROM gracy_tape`)
	tapetest.Must(t, err)
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("while another writes, Find gives %v, %v", x, err)
	}
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Append returns %v, want ErrLocked", err)
	}
	if err := s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Reindex returns %v, want ErrLocked", err)
	}
	tapetest.Must(t, tx.Rollback(t.Context()))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}))
}

// The wait for a connection of a pool that others have taken ends too.
func TestAPoolThatIsTaken(t *testing.T) {
	url := server(t)
	config, err := pgxpool.ParseConfig(url)
	tapetest.Must(t, err)
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	tapetest.Must(t, err)
	defer pool.Close()
	s, err := postgres.New(t.Context(), pool, "a", postgres.Options{Timeout: time.Second})
	tapetest.Must(t, err)
	defer s.Close()
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	tapetest.Must(t, s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }))
	conn, err := pool.Acquire(t.Context())
	tapetest.Must(t, err)
	if _, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Find without a connection returns %v, want DeadlineExceeded", err)
	}
	conn.Release()
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("Find gives %v, %v", x, err)
	}
}

package mongodb_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// relay stands between a store and the server, and can stop to hand on what comes.
type relay struct {
	listener net.Listener
	target   string

	mu     sync.Mutex // mu guards the fields below
	mute   bool       // what the server sends is swallowed
	deaf   bool       // no connection is accepted that lasts
	cutAt  string     // the next reply to this command is swallowed, and its connection ends
	deafAt bool       // it is deaf from cutAt on
	conns  []net.Conn
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
			r.connect(c)
		}
	}()
	return r
}

func (r *relay) connect(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	up, err := net.Dial("tcp", r.target)
	if err != nil || r.deaf {
		_ = c.Close()
		return
	}
	r.conns = append(r.conns, c, up)
	cut := new(bool) // r.mu guards it
	go r.pump(up, c, func(b []byte) bool {
		if r.cutAt != "" && strings.Contains(string(b), "\x02"+r.cutAt+"\x00") {
			r.cutAt = ""
			*cut = true
		}
		return true
	})
	go r.pump(c, up, func([]byte) bool {
		if *cut { // the server has done it, and whoever asked for it will not know
			_, _ = up.Close(), c.Close()
			r.deaf = r.deaf || r.deafAt
		}
		return !r.mute && !*cut
	})
}

// pump copies what passes, which it is asked with r.mu locked.
func (r *relay) pump(to, from net.Conn, passes func([]byte) bool) {
	b := make([]byte, 1<<20)
	for {
		n, err := from.Read(b)
		if err != nil {
			_ = to.Close()
			return
		}
		r.mu.Lock()
		on := passes(b[:n])
		r.mu.Unlock()
		if on {
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

func (r *relay) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// through returns the URI of a server by way of a relay.
func through(t *testing.T, base string) (*relay, string) {
	t.Helper()
	u, err := url.Parse(base)
	tapetest.Must(t, err)
	r := newRelay(t, u.Host)
	u.Host = r.listener.Addr().String()
	u.RawQuery = "directConnection=true"
	return r, u.String()
}

// No lookup waits for ever for a server that says nothing any more.
func TestTimeout(t *testing.T) {
	r, uri := through(t, server(t))
	const limit = time.Second
	s := open(t, uri, "a", mongodb.Options{Timeout: limit})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	r.set(func() { r.mute = true })
	start := time.Now()
	calls := map[string]func() error{
		"Find":    func() error { _, err := s.Find(tapetest.Numbered(0).Key, 0); return err },
		"Near":    func() error { _, err := s.Near(tapetest.Numbered(0).Key, 3); return err },
		"Last":    func() error { _, err := s.Last(); return err },
		"Part":    func() error { _, err := s.Part(1, 0); return err },
		"Append":  func() error { return s.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}) },
		"Delete":  func() error { return s.Delete(77) },
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
	r.set(func() { r.mute = false })
	r.cut()
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("once the server speaks again, Find gives %v, %v", x, err)
	}
}

// What the server has done, and whose end we did not see, is not done twice, and not lost.
func TestAWriteWhoseEndIsNotKnown(t *testing.T) {
	long := func(id store.ID) *store.Exchange {
		return tapetest.Exchange(id, "GET", "http://api.test/long", strings.Repeat("long", store.PartSize+1))
	}
	for _, command := range []string{"insert", "update", "delete"} {
		t.Run(command, func(t *testing.T) {
			r, uri := through(t, server(t))
			s := open(t, uri, "a", mongodb.Options{})
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}, {Exchange: long(2)}}))
			r.set(func() { r.cutAt = command })
			if command == "delete" {
				tapetest.Must(t, s.Delete(2))
				tapetest.Must(t, s.Append([]store.Entry{{Exchange: long(4)}}))
			} else {
				tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(2)}, {Exchange: long(4)}}))
			}
			r.set(func() {
				if r.cutAt != "" {
					t.Errorf("no %s was seen: the test does not test what it should", command)
				}
			})
			want := 4
			if command == "delete" {
				want = 2
			}
			if got := tapetest.IDs(t, s, 0); len(got) != want {
				t.Errorf("there are %v, want %d", got, want)
			}
			x, err := s.Find(long(4).Key, 3)
			tapetest.Must(t, err)
			x, err = store.WithBody(s, x)
			if err != nil || string(x.Response.Body) != string(long(4).Response.Body) {
				t.Errorf("the long body is %v, %v", x, err)
			}
		})
	}
}

// A server that cannot be reached for a while is waited for: nothing that was appended is lost, and
// nothing is there twice.
func TestConnectionsThatAreCut(t *testing.T) {
	r, uri := through(t, server(t))
	s := open(t, uri, "a", mongodb.Options{Timeout: 20 * time.Second})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	done := make(chan struct{})
	var wg sync.WaitGroup
	loop := func(what string, call func() error) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := call(); err != nil {
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	for range 2 {
		loop("Find", func() error {
			x, err := s.Find(tapetest.Numbered(0).Key, 0)
			if err == nil && x == nil {
				err = errors.New("a miss")
			}
			return err
		})
	}
	appended := 1
	loop("Append", func() error {
		appended++
		return s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(appended), "GET", "http://other.test/", "x")}}) //nolint:gosec // small
	})
	for range 3 {
		r.set(func() { r.deaf = true })
		r.cut()
		time.Sleep(300 * time.Millisecond)
		r.set(func() { r.deaf = false })
		time.Sleep(300 * time.Millisecond)
	}
	close(done)
	wg.Wait()
	if got := tapetest.IDs(t, s, 0); len(got) != appended {
		t.Errorf("there are %d exchanges of %d", len(got), appended)
	}
	t.Logf("%d exchanges were appended meanwhile", appended)
}

// The wait for a connection of a pool that others have taken ends too.
func TestAPoolThatIsTaken(t *testing.T) {
	r, uri := through(t, server(t))
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetMaxPoolSize(1))
	tapetest.Must(t, err)
	defer func() { _ = client.Disconnect(context.Background()) }()
	u, err := url.Parse(uri)
	tapetest.Must(t, err)
	db := client.Database(strings.TrimPrefix(u.Path, "/"))
	s, err := mongodb.New(t.Context(), db, "a", mongodb.Options{Timeout: time.Second})
	tapetest.Must(t, err)
	defer s.Close()
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	r.set(func() { r.mute = true })
	taken, end := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = db.Collection("gracy_tape").FindOne(taken, struct{}{}).Err() })
	if _, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Find without a connection returns %v, want DeadlineExceeded", err)
	}
	end()
	wg.Wait()
	r.set(func() { r.mute = false })
	r.cut()
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("Find gives %v, %v", x, err)
	}
}

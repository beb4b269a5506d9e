package replay_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/transport/verdict"
)

// storeTimeout is how long a stalled store waits for its server.
const storeTimeout = time.Minute

// stalled is a store like those in databases: it waits for its server up to storeTimeout, or up to
// the end of a context.
type stalled struct {
	store.IndexStore
	stall atomic.Bool
}

var errStalled = errors.New("no result within 1m0s")

func (s *stalled) wait(ctx context.Context) error {
	if !s.stall.Load() {
		return nil
	}
	t := time.NewTimer(storeTimeout)
	defer t.Stop()
	select {
	case <-t.C:
		return errStalled
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *stalled) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	return s.FindContext(context.Background(), key, after)
}

func (s *stalled) FindContext(ctx context.Context, key store.Key, after store.ID) (*store.Exchange, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.IndexStore.Find(key, after)
}

func (s *stalled) Near(key store.Key, n int) ([]*store.Exchange, error) {
	return s.NearContext(context.Background(), key, n)
}

func (s *stalled) NearContext(ctx context.Context, key store.Key, n int) ([]*store.Exchange, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.IndexStore.Near(key, n)
}

func (s *stalled) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return s.ScanContext(context.Background(), after)
}

func (s *stalled) ScanContext(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		if err := s.wait(ctx); err != nil {
			yield(nil, err)
			return
		}
		s.IndexStore.Scan(after)(yield)
	}
}

func (s *stalled) AppendParts(parts []store.Part) error {
	return s.IndexStore.(store.PartStore).AppendParts(parts)
}

func (s *stalled) Part(id store.ID, number int) ([]byte, error) {
	return s.PartContext(context.Background(), id, number)
}

func (s *stalled) PartContext(ctx context.Context, id store.ID, number int) ([]byte, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.IndexStore.(store.PartStore).Part(id, number)
}

// openStalled returns a tape with /a, /b and a long body, /long, over a store that does not stall
// yet.
func openStalled(t *testing.T, opts replay.Options) (*replay.Tape, *stalled) {
	t.Helper()
	return openStalledAs(t, opts, func(s *stalled) store.Store { return s })
}

// openStalledAs is openStalled for a store with only some of the methods.
func openStalledAs(t *testing.T, opts replay.Options, as func(*stalled) store.Store) (*replay.Tape, *stalled) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{})
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/long" {
			return respond(req, 200, strings.Repeat("\x00long", 1<<20)), nil
		}
		return respond(req, 200, req.URL.Path), nil
	}})
	for _, path := range []string{"/a", "/b", "/long"} {
		get(t, rt, api+path)
	}
	closeTape(t, tape)
	inner, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &stalled{IndexStore: inner}
	tape, err = replay.New(as(s), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape, s
}

// within returns a request whose context ends after a second.
func within(t *testing.T, path string, deadline bool) *http.Request {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	if deadline {
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
	} else {
		time.AfterFunc(time.Second, cancel)
	}
	t.Cleanup(cancel)
	return request(t, "GET", api+path, "").WithContext(ctx)
}

// A request does not wait longer for a stalled store than its context allows. The store's time is
// not over, so the tape has lost nothing, and goes on when the store does.
func TestARequestDoesNotOutwaitItsContext(t *testing.T) {
	for name, opts := range map[string]replay.Options{
		"smart": {}, "replay": {Mode: replay.ModeReplay}, "ordered": {Mode: replay.ModeReplay, Ordered: true},
	} {
		for _, deadline := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					tape, s := openStalled(t, opts)
					rt := tape.Wrap(noNetwork(t))
					s.stall.Store(true)
					want := context.Canceled
					if deadline {
						want = context.DeadlineExceeded
					}
					start := time.Now()
					var wg sync.WaitGroup
					for range 3 { // the second and the third wait for the first
						wg.Go(func() {
							req := within(t, "/a", deadline)
							body := &countedBody{Reader: strings.NewReader("")}
							req.Body = body
							resp, err := rt.RoundTrip(req)
							if !errors.Is(err, want) || errors.Is(err, verdict.ErrRejected) || resp != nil {
								t.Errorf("%v, %v, want %v", resp, err, want)
							}
							if body.closes == 0 {
								t.Error("the body of the request is open")
							}
						})
					}
					wg.Wait()
					if took := time.Since(start); took != time.Second {
						t.Errorf("after %v, want the second of the context", took)
					}
					s.stall.Store(false)
					code, text := get(t, rt, api+"/a")
					if code != 200 || text != "/a" {
						t.Errorf("then %d %q", code, text)
					}
					closeTape(t, tape) // the requests that ended are no errors of the tape
				})
			})
		}
	}
}

// A body that the store has in parts ends with the context of its request, too. So it does if the
// store has no index of its own.
func TestAReadOfAPartDoesNotOutwaitItsContext(t *testing.T) {
	for name, as := range map[string]func(*stalled) store.Store{
		"index":    func(s *stalled) store.Store { return s },
		"no index": func(s *stalled) store.Store { return struct{ store.ContextPartStore }{s} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tape, s := openStalledAs(t, replay.Options{Mode: replay.ModeReplay}, as)
				resp, err := tape.Wrap(noNetwork(t)).RoundTrip(within(t, "/long", false))
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				s.stall.Store(true)
				start := time.Now()
				if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, context.Canceled) {
					t.Errorf("the body ends with %v, want context.Canceled", err)
				}
				if took := time.Since(start); took != time.Second {
					t.Errorf("after %v, want the second of the context", took)
				}
			})
		})
	}
}

// A miss is looked for no longer either: neither what the tape has for others, nor what is nearest.
func TestAMissDoesNotOutwaitItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tape, s := openStalled(t, replay.Options{Mode: replay.ModeReplay})
		rt := tape.Wrap(nil)
		s.stall.Store(true)
		start := time.Now()
		if _, err := rt.RoundTrip(within(t, "/none", true)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v, want DeadlineExceeded", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("after %v, want the second of the context", took)
		}
	})
}

// The reader of a response does not wait for the lookup of another request, nor long for one of its
// own.
func TestAResponseWaitsForNoLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tape, s := openStalled(t, replay.Options{})
		rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			return respond(req, 200, strings.Repeat("new", 50_000)), nil
		}})
		var resps []*http.Response
		for _, path := range []string{"/new", "/cut"} {
			resp, err := rt.RoundTrip(request(t, "GET", api+path, ""))
			if err != nil {
				t.Fatal(err)
			}
			resps = append(resps, resp)
		}
		s.stall.Store(true)
		start := time.Now()
		var wg sync.WaitGroup
		for _, path := range []string{"/new", "/a"} {
			wg.Go(func() {
				if _, err := rt.RoundTrip(within(t, path, false)); !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v, want context.Canceled", path, err)
				}
			})
		}
		synctest.Wait()
		if n, err := io.Copy(io.Discard, resps[0].Body); n != 150_000 || err != nil {
			t.Errorf("the body ends after %d bytes with %v", n, err)
		}
		_ = resps[0].Body.Close()
		if took := time.Since(start); took != 0 {
			t.Errorf("a body took %v because of a lookup", took)
		}
		_, _ = resps[1].Body.Read(make([]byte, 10)) // and its caller leaves
		_ = resps[1].Body.Close()
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("Close took %v, want the RestWait of 100 ms", took)
		}
		wg.Wait()
		s.stall.Store(false)
		closeTape(t, tape)
	})
}

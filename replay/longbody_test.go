package replay_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/internal/mediatype"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// What a body contains is determined once, however long the body gets and however small the reads
// are.
func TestALongTextIsLookedAtOnce(t *testing.T) {
	form := "a=" + strings.Repeat("b&c=d", 3<<20/5)
	once := growth.Took(func() { mediatype.Of("text/plain", []byte(form)) })
	tape := open(t, filepath.Join(t.TempDir(), "tape.db"), replay.Options{})
	resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		return respond(req, 200, form), nil
	}}).RoundTrip(request(t, "GET", api+"/form", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	n := 0
	d := growth.Took(func() {
		for p := make([]byte, 4096); err == nil; {
			var m int
			m, err = resp.Body.Read(p)
			n += m
		}
	})
	if n != len(form) || d > 40*once {
		t.Errorf("%d bytes took %v, to look at them once takes %v", n, d, once)
	}
}

// A text that is not in UTF-8, and whose JSON can be recognized only at its end, is masked whatever
// its length.
func TestALongTextOfAnotherCharsetIsMasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{})
	body := `callback({"name":"caf` + "\xe9" + ` au lait","password":"hunter2-hunter2","list":["` + strings.Repeat("x", 2<<20) + `"]});`
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		return respond(req, 200, body), nil
	}})
	get(t, rt, api+"/callback")
	closeTape(t, tape)
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte("hunter2")) {
		t.Errorf("%v, the password is on the tape", err)
	}
}

// The pieces of a long binary stream are recorded too.
func TestALongStreamHasItsPieces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{})
	get(t, tape.Wrap(download(2<<20, func(_ *noise, resp *http.Response) { resp.ContentLength = -1 })), api+"/stream")
	closeTape(t, tape)
	tape = openReplay(t, path)
	n := 0
	for x, err := range tape.Exchanges() {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range x.Response.Pieces {
			n += int(p.Bytes)
		}
	}
	if n != 2<<20 {
		t.Errorf("the pieces have %d bytes", n)
	}
}

// stuckParts blocks in AppendParts until it is released.
type stuckParts struct {
	store.PartStore
	release chan struct{}
}

func (s *stuckParts) AppendParts(list []store.Part) error {
	<-s.release
	return s.PartStore.AppendParts(list)
}

// A read that waits for a stuck store ends with the context of its request, and with Close, which
// does not wait. The body is then not recorded.
func TestAWaitForTheStoreEnds(t *testing.T) {
	for what, end := range map[string]func(cancel context.CancelFunc, body io.Closer) error{
		"the context": func(cancel context.CancelFunc, _ io.Closer) error { cancel(); return nil },
		"Close":       func(_ context.CancelFunc, body io.Closer) error { return body.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tape.db")
			stuck := &stuckParts{PartStore: partStore(t, path), release: make(chan struct{})}
			tape, err := replay.New(stuck, replay.Options{MaxBody: 1 << 30})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			resp, err := tape.Wrap(download(24<<20, nil)).RoundTrip(request(t, "GET", api+"/image", "").WithContext(ctx))
			if err != nil {
				t.Fatal(err)
			}
			over := make(chan int64, 1)
			go func() {
				n, _ := io.Copy(io.Discard, resp.Body)
				over <- n
			}()
			synctest.Wait()
			if len(over) > 0 {
				t.Errorf("%s: %d bytes were read: nothing waited", what, <-over)
			}
			if err := end(cancel, resp.Body); err != nil { // a Close that waits hangs here
				t.Errorf("%s: %v", what, err)
			}
			synctest.Wait()
			if len(over) == 0 {
				t.Errorf("%s does not end the read", what)
			}
			_ = resp.Body.Close()
			close(stuck.release)
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != 0 || s.Incomplete != 1 {
				t.Errorf("%s: %+v", what, s)
			}
			noParts(t, path)
		})
	}
}

// watchedContext is the context of a request, whose Done calls fn.
type watchedContext struct {
	context.Context
	fn func()
}

func (c watchedContext) Done() <-chan struct{} {
	c.fn()
	return c.Context.Done()
}

// A body may be closed at the moment at which a read begins to wait for the store.
func TestCloseBeforeAWaitForTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	stuck := &stuckParts{PartStore: partStore(t, path), release: make(chan struct{})}
	tape, err := replay.New(stuck, replay.Options{MaxBody: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	const most = 15 // parts that may wait
	get(t, tape.Wrap(download(most*store.PartSize, nil)), api+"/first")
	var body atomic.Pointer[io.ReadCloser]
	closed := make(chan error, 1)
	closing := sync.OnceFunc(func() {
		go func() { closed <- (*body.Load()).Close() }()
		for !slices.ContainsFunc(rttest.Goroutines(), func(g string) bool {
			return strings.Contains(g, "Mutex") && strings.Contains(g, "recordedBody).Close")
		}) {
			runtime.Gosched()
		}
	})
	req := request(t, "GET", api+"/image", "")
	resp, err := tape.Wrap(download(24<<20, nil)).RoundTrip(req.WithContext(watchedContext{req.Context(), func() {
		if body.Load() != nil {
			closing()
		}
	}}))
	if err != nil {
		t.Fatal(err)
	}
	body.Store(&resp.Body)
	release := time.AfterFunc(time.Minute, func() { close(stuck.release) })
	_, _ = io.Copy(io.Discard, resp.Body)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if release.Stop() {
		close(stuck.release)
	} else {
		t.Error("Close waits for the store")
	}
	closeTape(t, tape)
	if s := tape.Stats(); s.Recorded != 1 || s.Incomplete != 1 {
		t.Errorf("%+v", s)
	}
	if n := parts(t, path); n != most {
		t.Errorf("%d parts are on the tape, want the %d of the first body", n, most)
	}
}

// A process killed in the middle of a long body leaves what was on the tape before, including an
// exchange of the same request, and nothing of the body.
func TestAProcessThatIsKilledInALongBody(t *testing.T) {
	const variable = "REPLAY_TEST_KILLED_IN_A_LONG_BODY"
	if path := os.Getenv(variable); path != "" {
		tape := open(t, path, replay.Options{Mode: replay.ModeRecord, MaxBody: 1 << 40})
		resp, err := tape.Wrap(download(1<<40, nil)).RoundTrip(request(t, "GET", api+"/image", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return
	}
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{})
	_, whole := get(t, tape.Wrap(download(2<<20, nil)), api+"/image")
	closeTape(t, tape)
	for range 2 {
		before := fileSize(t, path) // its free pages are used first
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAProcessThatIsKilledInALongBody$")
		cmd.Env = append(os.Environ(), variable+"="+path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(30 * time.Second); fileSize(t, path) < before+8<<20; {
			if time.Now().After(end) {
				t.Fatal("no parts were written")
			}
			time.Sleep(5 * time.Millisecond) // another process
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		tape = open(t, path, replay.Options{})
		if _, body := get(t, tape.Wrap(noNetwork(t)), api+"/image"); body != whole {
			t.Errorf("%d bytes are replayed, want %d", len(body), len(whole))
		}
		closeTape(t, tape)
		if n := parts(t, path); n != 8 {
			t.Errorf("%d parts are on the tape, want the 8 of the first recording", n)
		}
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// parts counts the parts of bodies in the file of a tape.
func parts(t *testing.T, path string) (n int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_ = db.View(func(tx *bbolt.Tx) error {
		n = tx.Bucket([]byte("blob")).Stats().KeyN
		return nil
	})
	return n
}

// If the store takes the parts but not their exchange, OnError is called once with that error, and
// the parts are removed.
func TestAnExchangeWhosePartsAreStored(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	var reported []error
	tape, err := replay.New(&fullForExchanges{partStore(t, path)}, replay.Options{OnError: func(err error) { reported = append(reported, err) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, tape.Wrap(download(3<<20, nil)), api+"/image"); len(body) != 3<<20 {
		t.Errorf("%d bytes: the caller has to get them all", len(body))
	}
	closed := tape.Close()
	if len(reported) != 1 || !errors.Is(reported[0], errDiskFull) || closed == nil || closed.Error() != errDiskFull.Error() {
		t.Errorf("OnError got %v, Close %v, want the one error", reported, closed)
	}
	noParts(t, path)
}

// fullForExchanges takes only parts.
type fullForExchanges struct{ store.PartStore }

func (*fullForExchanges) Append([]store.Entry) error { return errDiskFull }

package replay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// If the parts of a body are gone, because its exchange was replaced or the file is damaged, the
// body returns an error. It does not end early, and the error is not a fault of the server.
func TestALongBodyWhosePartsAreGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{Reuse: true})
	rt := tape.Wrap(download(3<<20, nil))
	get(t, rt, api+"/image")
	if err := tape.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(request(t, "GET", api+"/image", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if n, err := tape.Prune(time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Fatalf("Prune: %d, %v", n, err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	var fault *store.Fault
	if !errors.Is(err, replay.ErrFormat) || errors.As(err, &fault) || n != store.PartSize-100 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, again := resp.Body.Read(make([]byte, 1)); !errors.Is(again, replay.ErrFormat) {
		t.Errorf("read again: %v", again)
	}
	closeTape(t, tape)
}

// Closing a tape while a long body is read from it ends the body with an error.
func TestALongBodyOfAClosedTape(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape.db"), replay.Options{Reuse: true})
	rt := tape.Wrap(download(3<<20, nil))
	get(t, rt, api+"/image")
	if err := tape.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(request(t, "GET", api+"/image", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	closeTape(t, tape)
	if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, replay.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

// The first bytes of a long body arrive before the last ones are read from the tape.
func TestALongBodyComesAPartAtATime(t *testing.T) {
	const size = 3 << 20
	counted := &countedParts{PartStore: partStore(t, filepath.Join(t.TempDir(), "tape.db"))}
	tape, err := replay.New(counted, replay.Options{Reuse: true})
	if err != nil {
		t.Fatal(err)
	}
	defer closeTape(t, tape)
	rt := tape.Wrap(download(size, nil))
	if code, body := get(t, rt, api+"/image"); code != 200 || len(body) != size {
		t.Fatalf("%d, %d bytes", code, len(body))
	}
	if err := tape.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(request(t, "GET", api+"/image", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 10)); err != nil || counted.read.Load() != 1 {
		t.Errorf("%v, %d parts read for the first bytes, want 1", err, counted.read.Load())
	}
	_ = resp.Body.Close()
	if s := tape.Stats(); s.Replayed != 1 || s.Recorded != 1 {
		t.Errorf("%+v", s)
	}
}

// An exchange that is found before its parts are stored waits for them.
func TestALongBodyIsFoundAtOnce(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape.db"), replay.Options{Reuse: true})
	defer closeTape(t, tape)
	rt := tape.Wrap(download(5<<20, nil))
	_, first := get(t, rt, api+"/image")
	_, second := get(t, rt, api+"/image")
	if first != second || len(first) != 5<<20 {
		t.Errorf("%d and %d bytes", len(first), len(second))
	}
	if s := tape.Stats(); s.Replayed != 1 {
		t.Errorf("%+v", s)
	}
}

// A long body that broke off is replayed with its fault if Errors is set.
func TestALongBodyBreaksOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{Errors: true})
	fetch := func(rt http.RoundTripper) (int64, error) {
		resp, err := rt.RoundTrip(request(t, "GET", api+"/image", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return io.Copy(io.Discard, resp.Body)
	}
	n, err := fetch(tape.Wrap(download(2<<20, func(b *noise, resp *http.Response) {
		b.end, resp.ContentLength = io.ErrUnexpectedEOF, 4<<20
	})))
	closeTape(t, tape)
	tape = openReplay(t, path)
	defer closeTape(t, tape)
	m, again := fetch(tape.Wrap(noNetwork(t)))
	if n != 2<<20 || m != n || !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(again, io.ErrUnexpectedEOF) {
		t.Errorf("live %d, %v; replayed %d, %v", n, err, m, again)
	}
}

// A hook still sees a body of a few MiB, and may replace one.
func TestHooksSeeLongBodies(t *testing.T) {
	const size = 3 << 20
	path := filepath.Join(t.TempDir(), "tape.db")
	recorded := 0
	tape := open(t, path, replay.Options{BeforeRecord: func(x *store.Exchange) bool {
		recorded = len(x.Response.Body)
		return true
	}})
	get(t, tape.Wrap(download(size, nil)), api+"/image")
	closeTape(t, tape)
	replayed := 0
	tape = open(t, path, replay.Options{Mode: replay.ModeReplay, BeforeReplay: func(_ *http.Request, x *store.Exchange) {
		replayed = len(x.Response.Body)
		x.Response.Body = []byte("small")
	}})
	defer closeTape(t, tape)
	want(t, tape.Wrap(noNetwork(t)), api+"/image", 200, "small")
	if recorded != size || replayed != size {
		t.Errorf("the hooks saw %d and %d bytes, want %d", recorded, replayed, size)
	}
}

// Verify compares long bodies too.
func TestVerifyComparesLongBodies(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape.db"), replay.Options{})
	defer closeTape(t, tape)
	get(t, tape.Wrap(download(2<<20, nil)), api+"/image")
	for want, next := range map[string]*script{
		"as recorded":    download(2<<20, nil),
		"/image: body: ": download(2<<20, func(b *noise, _ *http.Response) { b.next = 1 }),
	} {
		n := 0
		for d, err := range tape.Verify(t.Context(), next, replay.VerifyOptions{}) {
			if n++; err != nil || !strings.Contains(d.String(), want) {
				t.Errorf("%v, %v, want %s", d, err, want)
			}
		}
		if n != 1 {
			t.Errorf("%d exchanges were compared, want 1", n)
		}
	}
}

// A text tape, which has no parts, gets a long body whole.
func TestALongBodyOnATextTape(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	tape := open(t, path, replay.Options{})
	_, live := get(t, tape.Wrap(download(2<<20, nil)), api+"/image")
	closeTape(t, tape)
	tape = openReplay(t, path)
	defer closeTape(t, tape)
	if _, again := get(t, tape.Wrap(noNetwork(t)), api+"/image"); again != live {
		t.Errorf("%d bytes, want %d", len(again), len(live))
	}
}

// Close does not wait for a read that waits for a part.
func TestCloseDoesNotWaitForAPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := &stuckParts{PartStore: partStore(t, filepath.Join(t.TempDir(), "tape.db")), release: make(chan struct{})}
		tape, err := replay.New(stuck, replay.Options{Reuse: true})
		if err != nil {
			t.Fatal(err)
		}
		rt := tape.Wrap(download(2<<20, nil))
		get(t, rt, api+"/image")
		resp, err := rt.RoundTrip(request(t, "GET", api+"/image", ""))
		if err != nil {
			t.Fatal(err)
		}
		reading := make(chan error, 1)
		go func() {
			_, err := resp.Body.Read(make([]byte, 10))
			reading <- err
		}()
		synctest.Wait()
		if len(reading) > 0 {
			t.Fatalf("the read has not waited: %v", <-reading)
		}
		if err := resp.Body.Close(); err != nil { // a Close that waits hangs here
			t.Errorf("Close: %v", err)
		}
		close(stuck.release)
		if err := <-reading; !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("the read: %v", err)
		}
		closeTape(t, tape)
	})
}

// Waiting for a part ends with the context, and the error is its cause.
func TestAWaitForAPartEndsWithTheContext(t *testing.T) {
	stuck := &stuckParts{PartStore: partStore(t, filepath.Join(t.TempDir(), "tape.db")), release: make(chan struct{})}
	tape, err := replay.New(stuck, replay.Options{Reuse: true})
	if err != nil {
		t.Fatal(err)
	}
	rt := tape.Wrap(download(2<<20, nil))
	get(t, rt, api+"/image")
	ctx, cancel := context.WithCancelCause(t.Context())
	resp, err := rt.RoundTrip(request(t, "GET", api+"/image", "").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	enough := errors.New("enough")
	cancel(enough)
	if _, err := resp.Body.Read(make([]byte, 10)); !errors.Is(err, enough) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cause", err)
	}
	close(stuck.release)
	closeTape(t, tape)
}

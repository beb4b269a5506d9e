package replay_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// noise is a binary body of n bytes that is generated as it is read.
type noise struct {
	left int64
	next byte
	with string // a text inside it, across the border of two parts
	end  error
}

func (r *noise) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, r.end
	}
	n := int(min(int64(len(p)), r.left, 1000))
	const place = store.PartSize + 10 // before the end
	if r.with != "" && r.left > place {
		n = int(min(int64(n), r.left-place))
	}
	for i := range p[:n] {
		p[i] = r.next * 7
		r.next++
	}
	if r.with != "" && r.left == place {
		n = copy(p, r.with)
		r.with = ""
		r.left += int64(n)
	}
	r.left -= int64(n)
	return n, nil
}

func (*noise) Close() error { return nil }

// download responds with noise.
func download(size int64, change func(*noise, *http.Response)) *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		resp.Header.Set("Content-Type", "application/octet-stream")
		body := &noise{left: size, end: io.EOF}
		resp.Body, resp.ContentLength = body, size
		if change != nil {
			change(body, resp)
		}
		return resp, nil
	}}
}

// peak is the most memory in use above base, at the moments when it was looked at.
type peak struct{ base, most uint64 }

func startPeak() *peak {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &peak{base: m.HeapAlloc}
}

func (p *peak) look() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > p.base {
		p.most = max(p.most, m.HeapAlloc-p.base)
	}
}

// drainSum reads a body to its end and returns its hash. It looks at the memory every 16 MiB.
func drainSum(t *testing.T, body io.Reader, p *peak) (sum [32]byte, n int64) {
	t.Helper()
	h := sha256.New()
	for {
		m, err := io.CopyN(h, body, 16<<20)
		n += m
		p.look()
		if err == io.EOF { //nolint:errorlint // as documented
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return [32]byte(h.Sum(nil)), n
}

// A body of any length is recorded and replayed in constant memory, a few parts of it at a time.
// The control is a text of the same length, which must be in memory whole.
func TestALongBodyIsNeverInMemory(t *testing.T) {
	size := int64(24 << 20)
	if long.Wanted() {
		size = 1 << 30
	}
	p := startPeak()
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{MaxBody: 2 << 30})
	fetch := func(rt http.RoundTripper) (sum [32]byte, n int64) {
		resp, err := rt.RoundTrip(request(t, "GET", api+"/image", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return drainSum(t, resp.Body, p)
	}
	sent, n := fetch(tape.Wrap(download(size, nil)))
	closeTape(t, tape)
	tape = openReplay(t, path)
	got, m := fetch(tape.Wrap(noNetwork(t)))
	closeTape(t, tape)
	if sent != got || n != size || m != size {
		t.Errorf("%d bytes sent, %d replayed, want %d and the same", n, m, size)
	}
	t.Logf("%d MiB of memory for a body of %d MiB", p.most>>20, size>>20)
	if p.most > 20<<20 {
		t.Errorf("%d MiB of memory for a body of %d MiB", p.most>>20, size>>20)
	}
	if long.Wanted() {
		return
	}
	control := startPeak()
	tape = open(t, filepath.Join(t.TempDir(), "text.db"), replay.Options{MaxBody: 2 << 30, BeforeRecord: func(*store.Exchange) bool { return false }})
	resp, err := tape.Wrap(download(size, func(b *noise, resp *http.Response) {
		resp.Header.Set("Content-Type", "application/x-ndjson")
		b.next = 9
	})).RoundTrip(request(t, "GET", api+"/text", ""))
	if err != nil {
		t.Fatal(err)
	}
	drainSum(t, resp.Body, control)
	_ = resp.Body.Close()
	if control.most < 20<<20 {
		t.Errorf("the control took %d MiB: the memory is not seen", control.most>>20)
	}
}

// A registered literal keeps a long body off the tape, even if it lies across two parts. No part of
// the body stays.
func TestALongBodyWithASecret(t *testing.T) {
	for what, put := range map[string]func(*noise, *http.Response){
		"in the body": func(b *noise, _ *http.Response) { b.with = "the-secret-word-0123456789" },
		"in a header": func(_ *noise, resp *http.Response) { resp.Header.Set("X-Note", "\x00the-secret-word-0123456789") },
	} {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{Redact: redact.Rules{Literals: []string{"the-secret-word-0123456789"}}})
		resp, err := tape.Wrap(download(3<<20, put)).RoundTrip(request(t, "GET", api+"/image", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		closed := tape.Close()
		if what == "in the body" && (err != nil || !errors.Is(closed, replay.ErrSecret) || tape.Stats().Withheld != 1) {
			t.Errorf("%s: %v, Close: %v, %+v", what, err, closed, tape.Stats())
		}
		b, err := os.ReadFile(path)
		if err != nil || bytes.Contains(b, []byte("the-secret")) {
			t.Errorf("%s: %v, the secret, or the beginning of it, is on the tape", what, err)
		}
		if what == "in the body" {
			noParts(t, path)
		}
	}
}

// Nothing is left of a long body that is not recorded: one that was closed early, one over MaxBody,
// one that a hook leaves out, one that broke off.
func TestALongBodyThatIsNotRecorded(t *testing.T) {
	const size = 4 << 20
	for what, test := range map[string]struct {
		opts replay.Options
		read int64
		end  error
	}{
		"closed early": {replay.Options{}, 3 << 20, io.EOF},
		"too long":     {replay.Options{MaxBody: 3 << 20}, size, io.EOF},
		"left out":     {replay.Options{BeforeRecord: func(*store.Exchange) bool { return false }}, size, io.EOF},
		"broken off":   {replay.Options{}, size, errors.New("reset")},
	} {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, test.opts)
		resp, err := tape.Wrap(download(size, func(b *noise, resp *http.Response) {
			b.end = test.end
			resp.ContentLength = -1
		})).RoundTrip(request(t, "GET", api+"/image", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.CopyN(io.Discard, resp.Body, test.read+1)
		_ = resp.Body.Close()
		closeTape(t, tape)
		if s := tape.Stats(); s.Recorded != 0 || s.Skipped+s.Incomplete != 1 {
			t.Errorf("%s: %+v", what, s)
		}
		noParts(t, path)
	}
}

// If the store fails for a part, the exchange is not recorded, and Close says so.
func TestAPartThatIsNotStored(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	full := &countedParts{PartStore: partStore(t, path), failFrom: 4}
	tape, err := replay.New(full, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rt := tape.Wrap(download(8<<20, nil))
	if _, body := get(t, rt, api+"/image"); len(body) != 8<<20 {
		t.Errorf("%d bytes: the caller has to get them all", len(body))
	}
	want(t, tape.Wrap(numbered()), api+"/small", 200, "1")
	if err := tape.Close(); !errors.Is(err, errDiskFull) {
		t.Errorf("Close: %v", err)
	}
	if s := tape.Stats(); s.Failed != 1 || s.Recorded != 1 {
		t.Errorf("%+v", s)
	}
	noParts(t, path)
}

var errDiskFull = errors.New("disk full")

// countedParts counts the parts that are read, and can fail to write some.
type countedParts struct {
	store.PartStore
	read     atomic.Int64
	failFrom int // the number of the first part that is not stored, or 0
}

func (s *countedParts) Part(id store.ID, number int) ([]byte, error) {
	b, err := s.PartStore.Part(id, number)
	if b != nil {
		s.read.Add(1)
	}
	return b, err
}

func (s *countedParts) AppendParts(list []store.Part) error {
	for _, p := range list {
		if s.failFrom > 0 && p.Number >= s.failFrom {
			return errDiskFull
		}
	}
	return s.PartStore.AppendParts(list)
}

// noParts fails the test if the file of a tape holds parts of a body.
func noParts(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_ = db.View(func(tx *bbolt.Tx) error {
		if n := tx.Bucket([]byte("blob")).Stats().KeyN; n > 0 {
			t.Errorf("%d parts of bodies are left", n)
		}
		return tx.Bucket([]byte("meta")).ForEach(func(k, _ []byte) error {
			if bytes.HasPrefix(k, []byte("parts")) {
				t.Errorf("%q is left", k)
			}
			return nil
		})
	})
}

func partStore(t *testing.T, path string) store.PartStore {
	t.Helper()
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s.(store.PartStore)
}

package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	newForm     = "as it is written now"
	waitingForm = "after a crash"
	earlierForm = "of earlier builds"
)

// sequencesOf makes a tape of 40 requests with five responses each, some of them in parts. The form
// is the current one, the one that a crash leaves while keys wait, or the one of earlier builds.
func sequencesOf(t *testing.T, form string) (path string, want map[store.Key][]string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "tape")
	s, err := openWaiting(path, 120)
	tapetest.Must(t, err)
	crash := func() {}
	want = make(map[store.Key][]string)
	var batch []store.Entry
	for i := range 200 {
		body := strings.Repeat(fmt.Sprintf("response %d ", i), 40)
		if i%50 == 0 {
			body = strings.Repeat(body, 200)
		}
		x := tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i%40), body)
		want[x.Key] = append(want[x.Key], body)
		batch = append(batch, store.Entry{Exchange: x})
		if i%70 == 69 {
			tapetest.Must(t, s.Append(batch))
			batch = nil
		}
	}
	tapetest.Must(t, s.Append(batch)) // of 200 keys, 60 wait
	switch form {
	case waitingForm:
		b, err := os.ReadFile(path)
		tapetest.Must(t, err)
		crash = func() { tapetest.Must(t, os.WriteFile(path, b, 0o600)) }
	case earlierForm:
		tapetest.Must(t, s.update(func(c *change) error {
			tapetest.Must(t, c.merge())

			plain := map[string]func(k, v []byte) []byte{
				bucketRec:  func(_, v []byte) []byte { return v[1+sumSize:] },
				bucketIdx:  func(_, _ []byte) []byte { return []byte{plainIndex} },
				bucketBlob: func(_, v []byte) []byte { return v[sumSize:] },
			}
			for name, of := range plain {
				b := bucket(c.tx, name)
				for k, v := range all(b) {
					tapetest.Must(t, b.Put([]byte(k), bytes.Clone(of([]byte(k), v))))
				}
			}
			return nil
		}))
	}
	tapetest.Must(t, s.Close())
	crash()
	return path, want
}

func all(b *bbolt.Bucket) map[string][]byte {
	m := make(map[string][]byte)
	_ = b.ForEach(func(k, v []byte) error { m[string(k)] = bytes.Clone(v); return nil })
	return m
}

// outcomes counts what became of the sequences of a damaged tape.
type outcomes struct{ right, wrong, missing, failed int }

// replayAll reads every sequence as a replay does.
func replayAll(t *testing.T, path string, want map[store.Key][]string) (o outcomes) {
	t.Helper()
	s, err := OpenReadOnly(path)
	if err != nil {
		if !errors.Is(err, store.ErrFormat) {
			t.Errorf("open: %v, want a FormatError", err)
		}
		o.failed = len(want)
		return o
	}
	defer s.Close()
	for key, bodies := range want {
		after := store.ID(0)
		for _, body := range bodies {
			x, err := s.Find(key, after)
			switch {
			case err != nil:
				if !errors.Is(err, store.ErrFormat) {
					t.Errorf("find: %v, want a FormatError", err)
				}
				o.failed++
			case x == nil:
				o.missing++
			case string(x.Response.Body) != body || x.Response.StatusCode != 200 || x.Request.URL != "http://"+key.Host+key.Path:
				o.wrong++
			default:
				o.right++
				after = x.ID
				continue
			}
			break
		}
	}
	return o
}

// rolledBack reports whether one of the two meta pages is damaged. An interrupted commit leaves
// that too, and then the state before it is valid.
func rolledBack(b []byte) bool {
	_, first := readMeta(bytes.NewReader(b), 0)
	_, second := readMeta(bytes.NewReader(b), 4096)
	return first != second
}

// No damaged tape returns a body, a status or a place in a sequence other than the recorded one:
// damage is a FormatError. The control is the form of earlier builds, which does return them.
func TestADamagedRecordIsAnError(t *testing.T) {
	cases, fewest := 100, 10
	if long.Wanted() {
		cases, fewest = 500, 50
	}
	for _, form := range []string{newForm, waitingForm, earlierForm} {
		summed := form != earlierForm
		path, want := sequencesOf(t, form)
		good, err := os.ReadFile(path)
		tapetest.Must(t, err)
		if o := replayAll(t, path, want); o.right != 200 {
			t.Fatalf("the control: %+v", o)
		}
		var sum outcomes
		tapes := 0
		var copied []byte
		was := bytes.Clone(good)
		for n := range cases {
			b := damaged(&copied, good, n)
			if n%2 == 0 { // also within records, not only in what holds them
				copied = append(copied[:0], good...)
				b = copied
				r := rand.New(rand.NewPCG(2, uint64(n)))
				for range []int{1, 40}[n/2%2] {
					b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
				}
			}
			rewrite(t, path, was, b)
			was = append(was[:0], b...)
			o := replayAll(t, path, want)
			sum = outcomes{sum.right + o.right, sum.wrong + o.wrong, sum.missing + o.missing, sum.failed + o.failed}
			if o.wrong+o.missing > 0 {
				tapes++
			}
			if summed && (o.wrong > 0 || o.missing > 0 && !rolledBack(b)) {
				t.Errorf("case %d: %+v", n, o)
			}
		}
		t.Logf("%s: %d of %d damaged tapes gave something wrong: %+v", form, tapes, cases, sum)
		if !summed && tapes < fewest {
			t.Errorf("the control: %d tapes without checksums gave something wrong", tapes)
		}
	}
}

// Records without a checksum are still read. What is added to such a tape has a checksum.
func TestOldAndNewRecordsOnOneTape(t *testing.T) {
	path, want := sequencesOf(t, earlierForm)
	s, err := Open(path)
	tapetest.Must(t, err)
	x := tapetest.Exchange(1000, "GET", "http://h/0", strings.Repeat("new ", 50_000))
	want[x.Key] = append(want[x.Key], string(x.Response.Body))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	tapetest.Must(t, s.Close())
	if o := replayAll(t, path, want); o.right != 201 {
		t.Errorf("%+v", o)
	}
}

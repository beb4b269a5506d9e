package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Appended to a new tape, the exchanges of an old one give the same records and the same index,
// byte for byte, apart from the checksums that the old tape lacks.
func TestOldRecordsStayTheSame(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "schema1.tape"))
	tapetest.Must(t, err)
	old, again := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "again")
	tapetest.Must(t, os.WriteFile(old, b, 0o600))
	from, err := OpenReadOnly(old)
	tapetest.Must(t, err)
	to, err := Open(again)
	tapetest.Must(t, err)
	for x, err := range from.Scan(0) {
		tapetest.Must(t, err)
		tapetest.Must(t, to.Append([]store.Entry{{Exchange: x}}))
	}
	tapetest.Must(t, to.(*boltStore).update((*change).merge))
	want, got := contents(t, from), contents(t, to)
	for k, v := range got {
		switch name, _, _ := strings.Cut(k, " "); name {
		case bucketRec:
			got[k] = v[1+sumSize:]
		case bucketIdx:
			got[k] = []byte{plainIndex}
		case bucketBlob:
			got[k] = v[sumSize:]
		}
		if k == "meta "+metaIndexed || k == "meta "+metaSeal {
			delete(got, k)
		}
	}
	if len(want) < 2*16 {
		t.Errorf("the old tape has %d keys", len(want))
	}
	for k, v := range want {
		if k != "meta recipe" && !bytes.Equal(got[k], v) {
			t.Errorf("%q has another value", k)
		}
	}
	if len(got) != len(want)-1 {
		t.Errorf("%d keys, want %d without the recipe", len(got), len(want)-1)
	}
	tapetest.Must(t, from.Close())
	tapetest.Must(t, to.Close())
}

func contents(t *testing.T, s store.IndexStore) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	tapetest.Must(t, s.(*boltStore).db.View(func(tx *bbolt.Tx) error {
		for _, name := range []string{bucketMeta, bucketRec, bucketIdx, bucketBlob} {
			err := bucket(tx, name).ForEach(func(k, v []byte) error {
				all[name+" "+string(k)] = bytes.Clone(v)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

// FindOutcome finds what Find does, whether or not the body is in parts.
func TestAnOutcomeIsFoundAsItsExchangeIs(t *testing.T) {
	s, err := OpenReadOnly(mixedTape(t))
	tapetest.Must(t, err)
	defer s.Close()
	long := 0
	for i := range 600 {
		key := tapetest.Exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key
		for _, after := range []store.ID{0, store.ID(i), store.ID(i + 1)} { //nolint:gosec // small
			want, err := s.Find(key, after)
			tapetest.Must(t, err)
			got, err := s.(*boltStore).FindOutcome(key, after)
			tapetest.Must(t, err)
			if want == nil || got == nil {
				if want != got {
					t.Errorf("%d after %d: %v, want %v", i, after, got, want)
				}
				continue
			}
			if got.ID != want.ID || got.Key.Sum != want.Key.Sum || !reflect.DeepEqual(got.Response, want.Response) || got.Request.URL != "" {
				t.Errorf("%d after %d: %+v, want the outcome of %+v", i, after, got, want)
			}
			if by, err := s.(*boltStore).Outcome(want.Key, want.ID); err != nil || !reflect.DeepEqual(by, got) {
				t.Errorf("%d: by its ID %+v, %v, want %+v", i, by, err, got)
			}
			if len(got.Response.Body) >= blobFrom {
				long++
			}
		}
	}
	if long == 0 {
		t.Error("no body was in parts")
	}
	if x, err := s.(*boltStore).Outcome(store.Key{}, math.MaxUint32); !errors.Is(err, store.ErrFormat) {
		t.Errorf("a record that is not there: %+v, %v", x, err)
	}
}

// Reading a single exchange does not decode those after it.
func TestTheWayToAnExchangeIsShort(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	defer s.Close()
	const n = 100
	for i := range store.ID(n) {
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: &store.Exchange{ID: i + 1, Request: store.Request{URL: "http://api.test/"}, Fault: &store.Fault{Text: "EOF"}}}}))
	}
	allocs := func(after store.ID) float64 {
		return testing.AllocsPerRun(10, func() {
			for x, err := range s.Scan(after) {
				if err != nil || x.ID != after+1 {
					t.Fatalf("above %d comes %v, %v", after, x, err)
				}
				break
			}
		})
	}
	if first, last := allocs(0), allocs(n-1); first > 2*last {
		t.Errorf("%v allocations with %d exchanges behind it, %v with none", first, n-1, last)
	}
	walked := store.ID(0)
	for x, err := range s.Scan(0) {
		if walked++; err != nil || x.ID != walked {
			t.Fatalf("in place %d is %v, %v", walked, x, err)
		}
	}
	if walked != n {
		t.Errorf("%d are walked, want %d", walked, n)
	}
}

// The largest number is a valid ID, and nothing comes after it.
func TestNothingComesBehindTheLastID(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	defer s.Close()
	last := tapetest.Exchange(1, "GET", "http://h/", "")
	last.ID = math.MaxUint64
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: last}}))
	n := 0
	for _, err := range s.Scan(0) {
		tapetest.Must(t, err)
		if n++; n > 1 {
			t.Fatal("it comes twice")
		}
	}
	for x, err := range s.Scan(last.ID) {
		t.Errorf("behind it comes %v, %v", x, err)
	}
	if x, err := s.Find(last.Key, last.ID); x != nil || err != nil || n != 1 {
		t.Errorf("%v, %v behind %d exchanges", x, err, n)
	}
}

package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

func filled(t *testing.T, s store.IndexStore, n int) {
	t.Helper()
	tapetest.Must(t, s.Reindex("made.key", func(x *store.Exchange) store.Key { return x.Key }))
	for i := range n {
		x := tapetest.Exchange(store.ID(2*i+1), "GET", fmt.Sprintf("http://api.test/%d", i%7), fmt.Sprint("body ", i))
		x.Identity = bytes.Repeat([]byte{byte(i)}, store.IdentitySize)
		x.Key = x.Key.As(x.Identity)
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	}
}

// inParts appends an exchange with its body in parts.
func inParts(t *testing.T, s store.Store, id store.ID) []byte {
	t.Helper()
	body := bytes.Repeat([]byte("0123456789abcde\n"), 100_000)
	parts := s.(store.PartStore) //nolint:forcetypeassert // bbolt is one
	for number := 0; number*store.PartSize < len(body); number++ {
		data := body[number*store.PartSize : min((number+1)*store.PartSize, len(body))]
		tapetest.Must(t, parts.AppendParts([]store.Part{{ID: id, Number: number, Data: data}}))
	}
	x := tapetest.Exchange(id, "GET", "http://api.test/long", "")
	x.Response.Body = nil
	x.SetMissingBody(int64(len(body)))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	return body
}

func TestCopy(t *testing.T) {
	src, err := bolt.Open(filepath.Join(t.TempDir(), "src"))
	tapetest.Must(t, err)
	defer src.Close()
	filled(t, src, 600)
	body := inParts(t, src, 2000)

	for name, open := range map[string]func(string) (store.IndexStore, error){"bolt": bolt.Open, "text": text.Open} {
		t.Run(name, func(t *testing.T) {
			dst, err := open(filepath.Join(t.TempDir(), "dst"))
			tapetest.Must(t, err)
			defer dst.Close()
			n, err := store.Copy(t.Context(), dst, src)
			if n != 601 || err != nil {
				t.Fatalf("Copy returns %d, %v, want 601", n, err)
			}
			if recipe, err := dst.Recipe(); recipe != "made.key" || err != nil {
				t.Errorf("the recipe of the copy is %q, %v", recipe, err)
			}
			next, stop := iter.Pull2(dst.Scan(0))
			defer stop()
			for want, err := range src.Scan(0) {
				tapetest.Must(t, err)
				got, err, _ := next()
				tapetest.Must(t, err)
				if want.ID == 2000 {
					if x, err := store.WithBody(src, want); err != nil || !bytes.Equal(x.Response.Body, body) || want.MissingBody() == 0 {
						t.Errorf("WithBody gives %v, or has changed what it was given", err)
					}
					if !bytes.Equal(wholeBody(t, dst, got), body) {
						t.Error("a long body is not what it was")
					}
					continue
				}
				a, err := got.MarshalBinary()
				tapetest.Must(t, err)
				b, err := want.MarshalBinary()
				tapetest.Must(t, err)
				if !bytes.Equal(a, b) {
					t.Fatalf("copied\n\t%q, want\n\t%q", a, b)
				}
				if x, err := dst.Find(want.Key, want.ID-1); err != nil || x == nil || x.ID != want.ID {
					t.Fatalf("Find in the copy gives %v, %v, want %d", x, err, want.ID)
				}
			}
			if _, _, more := next(); more {
				t.Error("there is more in the copy")
			}
			if n, err := store.Copy(t.Context(), dst, src); n != 0 || err == nil {
				t.Errorf("a second Copy returns %d, %v, want an error: there are recordings", n, err)
			}
		})
	}
}

func wholeBody(t *testing.T, s store.Store, x *store.Exchange) (body []byte) {
	t.Helper()
	if x.MissingBody() == 0 {
		return x.Response.Body
	}
	for number := 0; ; number++ {
		b, err := s.(store.PartStore).Part(x.ID, number) //nolint:forcetypeassert // bbolt is one
		tapetest.Must(t, err)
		if b == nil {
			return body
		}
		body = append(body, b...)
	}
}

// withoutPart is a store that has lost a part.
type withoutPart struct{ store.PartStore }

func (s withoutPart) Part(id store.ID, number int) ([]byte, error) {
	if number == 3 {
		return nil, nil
	}
	return s.PartStore.Part(id, number)
}

// withoutParts hides that a store has parts.
type withoutParts struct{ store.Store }

func TestCopyOfADamagedBody(t *testing.T) {
	src, err := bolt.Open(filepath.Join(t.TempDir(), "src"))
	tapetest.Must(t, err)
	defer src.Close()
	filled(t, src, 3)
	inParts(t, src, 1000)
	for name, from := range map[string]store.Store{
		"a part is missing": withoutPart{src.(store.PartStore)}, //nolint:forcetypeassert // it is one
		"no parts":          withoutParts{src},
	} {
		dst, err := bolt.Open(filepath.Join(t.TempDir(), "dst"))
		tapetest.Must(t, err)
		n, err := store.Copy(t.Context(), dst, from)
		if n != 3 || err == nil {
			t.Errorf("%s: Copy returns %d, %v, want the three before and an error", name, n, err)
		}
		if got := tapetest.IDs(t, dst, 0); len(got) != 3 {
			t.Errorf("%s: %d are in the copy, want 3", name, len(got))
		}
		tapetest.Must(t, dst.Close())
	}
}

func TestCopyEndsWithItsContext(t *testing.T) {
	src, err := bolt.Open(filepath.Join(t.TempDir(), "src"))
	tapetest.Must(t, err)
	defer src.Close()
	filled(t, src, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dst := new(tapetest.Memory)
	if n, err := store.Copy(ctx, dst, src); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Copy returns %d, %v, want the error of the context", n, err)
	}
}

func ExampleCopy() {
	src := new(tapetest.Memory)
	for i, url := range []string{"https://api.test/a", "https://api.test/b"} {
		x := tapetest.Exchange(store.IDAt(time.Unix(int64(i+1), 0)), "GET", url, strings.ToUpper(url))
		_ = src.Append([]store.Entry{{Exchange: x}})
	}
	dst := new(tapetest.Memory) // or what bolt.Open, text.Open and the others return
	fmt.Println(store.Copy(context.Background(), dst, src))
	// Output: 2 <nil>
}

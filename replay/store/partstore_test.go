package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

func TestWithBody(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	defer s.Close()
	body := inParts(t, s, 1)
	for x, err := range s.Scan(0) {
		tapetest.Must(t, err)
		y, err := store.WithBody(s, x)
		tapetest.Must(t, err)
		if !bytes.Equal(y.Response.Body, body) || y.MissingBody() != 0 || x.MissingBody() != int64(len(body)) {
			t.Errorf("WithBody gives %d bytes, %d missing; what it was given lacks %d", len(y.Response.Body), y.MissingBody(), x.MissingBody())
		}
		if _, err := store.WithBody(withoutPart{s.(store.PartStore)}, x); !errors.Is(err, store.ErrFormat) { //nolint:forcetypeassert // bbolt is one
			t.Errorf("without a part: %v, want a FormatError", err)
		}
		if _, err := store.WithBody(withoutParts{s}, x); err == nil {
			t.Error("a store without parts gives a body in parts")
		}
	}
}

func ExampleWithBody() {
	tape := new(tapetest.Memory) // or what bolt.Open and the others return
	_ = tape.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "https://api.test/a", "all of it")}})
	for x, err := range tape.Scan(0) {
		if err == nil {
			x, err = store.WithBody(tape, x)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(x.Response.Body))
	}
	// Output: all of it
}

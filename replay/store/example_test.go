package store_test

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// A shelf is a storage with three methods. It keeps exchanges in their binary form, as a key-value
// store, a table or a bucket of objects could.
type shelf struct {
	mu     sync.Mutex // mu guards the fields below
	closed bool
	ids    []store.ID // sorted
	forms  map[store.ID][]byte
}

func (s *shelf) Append(batch []store.Entry) error {
	forms := make([][]byte, len(batch))
	for i, e := range batch {
		b, err := e.MarshalBinary()
		if err != nil {
			return err // before anything is kept: all of the batch or none
		}
		forms[i] = b
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if s.forms == nil {
		s.forms = make(map[store.ID][]byte)
	}
	for i, e := range batch {
		s.forms[e.ID] = forms[i]
		s.ids = append(s.ids, e.ID)
	}
	slices.Sort(s.ids)
	return nil
}

func (s *shelf) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		s.mu.Lock()
		i, _ := slices.BinarySearchFunc(s.ids, after+1, cmp.Compare[store.ID])
		ids, closed := slices.Clone(s.ids[i:]), s.closed
		s.mu.Unlock()
		if closed {
			yield(nil, store.ErrClosed)
			return
		}
		for _, id := range ids {
			s.mu.Lock()
			b := s.forms[id]
			s.mu.Unlock()
			x := new(store.Exchange)
			if err := x.UnmarshalBinary(b); err != nil {
				yield(nil, err)
				return
			}
			if !yield(x, nil) {
				return
			}
		}
	}
}

func (s *shelf) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func ExampleStore() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello from ", r.URL.Path)
	}))
	tape, err := replay.New(new(shelf), replay.Options{Mode: replay.ModeSmart, Reuse: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tape.Close()
	client := &http.Client{Transport: tape.Wrap(nil)}

	for range 2 {
		resp, err := client.Get(srv.URL + "/shelf")
		if err != nil {
			fmt.Println(err)
			return
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Println(string(b))
		srv.Close() // the second response is the tape's
	}
	// Output:
	// hello from /shelf
	// hello from /shelf
}

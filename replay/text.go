package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// textStore keeps a tape in memory and in one JSON file, which people can read
// and review. Each batch writes the file anew, under another name first.
type textStore struct {
	path     string
	readOnly bool

	mu     sync.RWMutex
	closed bool
	recipe string
	last   ID
	list   []*Exchange // by ID
	byKey  map[[32]byte][]*Exchange
}

type textFile struct {
	Tape      string         `json:"tape"`
	Schema    int            `json:"schema"`
	Recipe    string         `json:"recipe,omitempty"`
	Exchanges []textExchange `json:"exchanges"`
}

// OpenText opens a tape in a JSON file with readable bodies, mode 0600, made
// with the first exchange if it is not there. It is for tests and reviews:
// every batch rewrites the file, so use [OpenBolt] beyond some thousand
// exchanges. It takes no lock; one process writes. What of a later version it
// does not know is lost. A file that is no tape, of another schema or damaged
// is a [FormatError].
func OpenText(path string) (Store, error) { return openText(path, false) }

func openText(path string, readOnly bool) (Store, error) {
	s := &textStore{path: path, readOnly: readOnly, byKey: make(map[[32]byte][]*Exchange)}
	err := regular(path)
	if errors.Is(err, fs.ErrNotExist) && !readOnly {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path) //nolint:gosec // the user's path
	if err != nil {
		return nil, fmt.Errorf("replay: open tape: %w", err)
	}
	if err := s.parse(b); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *textStore) parse(b []byte) error {
	var f textFile
	if err := json.Unmarshal(b, &f); err != nil {
		return &FormatError{Path: s.path, Reason: "not a tape, or damaged", Err: err}
	}
	if f.Tape != magic {
		return &FormatError{Path: s.path, Reason: "not a tape"}
	}
	if f.Schema != schema {
		return &FormatError{Path: s.path, Found: f.Schema, Want: schema, Reason: "tape of an unknown schema"}
	}
	s.recipe = f.Recipe
	for i := range f.Exchanges {
		x, err := f.Exchanges[i].exchange()
		if err != nil {
			return &FormatError{Path: s.path, Reason: fmt.Sprintf("exchange %d is damaged", i+1), Err: err}
		}
		s.list = append(s.list, x)
	}
	s.index()
	return nil
}

// index sorts what is in memory, after a change.
func (s *textStore) index() {
	slices.SortStableFunc(s.list, byID)
	clear(s.byKey)
	for _, x := range s.list {
		s.byKey[x.Key.Sum] = append(s.byKey[x.Key.Sum], x)
		s.last = max(s.last, x.ID)
	}
}

func byID(a, b *Exchange) int { return cmp.Compare(a.ID, b.ID) }

// change applies fn to the list and writes the file; on an error all is as before.
func (s *textStore) change(fn func([]*Exchange) []*Exchange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.readOnly:
		return errReadOnly
	}
	old := s.list
	s.list = fn(slices.Clone(old))
	s.index()
	if err := s.save(); err != nil {
		s.list = old
		s.index()
		return fmt.Errorf("replay: write tape: %w", err)
	}
	return nil
}

func (s *textStore) encode() ([]byte, error) {
	f := textFile{Tape: magic, Schema: schema, Recipe: s.recipe, Exchanges: make([]textExchange, len(s.list))}
	for i, x := range s.list {
		f.Exchanges[i] = textOf(x)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(f)
	return buf.Bytes(), err
}

func (s *textStore) save() error {
	b, err := s.encode()
	if err != nil {
		return err
	}
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".tape-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(b)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), s.path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

func (s *textStore) Append(batch []Entry) error {
	return s.change(func(list []*Exchange) []*Exchange {
		for _, e := range batch {
			if e.Replace > 0 {
				list = slices.DeleteFunc(list, func(x *Exchange) bool {
					return x.ID < e.Replace && x.Key.Sum == e.Key.Sum
				})
			}
			list = slices.DeleteFunc(list, func(x *Exchange) bool { return x.ID == e.ID })
			list = append(list, e.Exchange)
		}
		return list
	})
}

func (s *textStore) Find(key Key, after ID) (*Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, ErrClosed
	}
	list := s.byKey[key.Sum]
	i, _ := slices.BinarySearchFunc(list, after+1, func(x *Exchange, id ID) int { return cmp.Compare(x.ID, id) })
	if i == len(list) {
		return nil, nil
	}
	return list[i], nil
}

func (s *textStore) Near(key Key, n int) ([]*Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var near, others []*Exchange
	seen := make(map[[32]byte]bool)
	for _, x := range s.list {
		switch {
		case x.Key.Host != key.Host || seen[x.Key.Sum]:
			continue
		case x.Key.Path == key.Path:
			near = append(near, x)
		default:
			others = append(others, x)
		}
		seen[x.Key.Sum] = true
	}
	near = append(near, others...)
	return near[:min(n, len(near))], nil
}

func (s *textStore) Scan(after ID) iter.Seq2[*Exchange, error] {
	return func(yield func(*Exchange, error) bool) {
		s.mu.RLock()
		list := slices.Clone(s.list)
		s.mu.RUnlock()
		for _, x := range list {
			if x.ID > after && !yield(x, nil) {
				return
			}
		}
	}
}

func (s *textStore) Delete(ids ...ID) error {
	return s.change(func(list []*Exchange) []*Exchange {
		return slices.DeleteFunc(list, func(x *Exchange) bool { return slices.Contains(ids, x.ID) })
	})
}

func (s *textStore) Last() (ID, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.last, nil
}

func (s *textStore) Recipe() (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.recipe, nil
}

// Reindex changes memory alone: the file gets the new sums with the next batch.
func (s *textStore) Reindex(recipe string, key func(*Exchange) Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*Exchange, len(s.list))
	for i, x := range s.list {
		c := *x
		c.Key = key(x)
		list[i] = &c
	}
	s.list, s.recipe = list, recipe
	s.index()
	return nil
}

func (s *textStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

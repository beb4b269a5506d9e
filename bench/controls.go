//go:build !older

package main

import (
	"net/http"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// The controls are stores and callers that do what a tape must not do. They show that each red line
// about tapes can be crossed.

// scanning is a store without an index.
type scanning struct{ store.IndexStore }

func (s scanning) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	for x, err := range s.Scan(after) {
		if err != nil || x.Key.Sum == key.Sum {
			return x, err
		}
	}
	return nil, nil
}

func replayScanning(path string) (http.RoundTripper, func() error, error) {
	s, err := bolt.OpenReadOnly(path)
	if err != nil {
		return nil, nil, err
	}
	tape, err := replay.New(scanning{s}, replay.Options{Mode: replay.ModeReplay})
	if err != nil {
		return nil, nil, err
	}
	return tape.Wrap(nil), tape.Close, nil
}

// oneByOne is a store that commits each recording separately.
type oneByOne struct{ store.IndexStore }

func (s oneByOne) Append(batch []store.Entry) error {
	for i := range batch {
		if err := s.IndexStore.Append(batch[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// Reindex stores each exchange anew.
func (s oneByOne) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	for x, err := range s.Scan(0) {
		if err != nil {
			return err
		}
		c := *x
		c.Key = key(x)
		if err := s.IndexStore.Append([]store.Entry{{Exchange: &c}}); err != nil {
			return err
		}
	}
	return s.IndexStore.Reindex(recipe, key)
}

func recordOneByOne(path string, base http.RoundTripper) (http.RoundTripper, func() error, error) {
	s, err := bolt.Open(path)
	if err != nil {
		return nil, nil, err
	}
	tape, err := replay.New(oneByOne{s}, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		return nil, nil, err
	}
	return tape.Wrap(base), tape.Close, nil
}

package replaytest

import (
	"iter"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/text"
)

// open opens a tape. A text tape may have been written by hand, with the port of a loopback address
// or a host that Config.Hosts names. In ModeReplay its URLs get the names that requests get. nil
// names none.
func open(path string, o replay.Options, names *hosts) (*replay.Tape, error) {
	if o.Mode != replay.ModeReplay || names == nil || !isText(path) {
		return replay.Open(path, o)
	}
	s, err := text.OpenReadOnly(path)
	if err != nil {
		return nil, err
	}
	if t := (taped{s, names}); t.some() {
		return replay.New(t, o)
	}
	return replay.New(s, o)
}

func isText(path string) bool { return strings.EqualFold(filepath.Ext(path), ".json") }

// taped is a text tape whose hosts are replaced by their names.
type taped struct {
	store.IndexStore
	names *hosts
}

// some reports whether any host has another name.
func (s taped) some() bool {
	for x, err := range s.IndexStore.Scan(0) {
		if err == nil && s.named(x) != x {
			return true
		}
	}
	return false
}

// named returns an exchange with the name of its host.
func (s taped) named(x *store.Exchange) *store.Exchange {
	if x == nil {
		return nil
	}
	u, err := url.Parse(x.Request.URL)
	if err != nil {
		return x
	}
	name := s.names.name(u.Host)
	if name == u.Host {
		return x
	}
	again := *x // a copy, since the store keeps x
	u.Host = name
	again.Request.URL = u.String()
	return &again
}

func (s taped) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	x, err := s.IndexStore.Find(key, after)
	return s.named(x), err
}

func (s taped) Near(key store.Key, n int) ([]*store.Exchange, error) {
	list, err := s.IndexStore.Near(key, n)
	for i, x := range list {
		list[i] = s.named(x)
	}
	return list, err
}

func (s taped) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for x, err := range s.IndexStore.Scan(after) {
			if !yield(s.named(x), err) {
				return
			}
		}
	}
}

func (s taped) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	return s.IndexStore.Reindex(recipe, func(x *store.Exchange) store.Key { return key(s.named(x)) })
}

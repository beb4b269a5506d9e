package storetest

import (
	"context"
	"errors"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// givesUpALookup checks that the lookups of a storage with a context find what those without do, and
// that they end with it.
func givesUpALookup(p *probe) {
	s := p.start()
	c, ok := s.(store.ContextStore)
	if !ok {
		return
	}
	x := exchange(1, "https://api.test/a")
	p.add(s, x, exchange(2, "https://api.test/b"))
	over, end := context.WithCancel(p.Context())
	end()
	all := map[string]func(ctx context.Context) ([]*store.Exchange, error){
		"FindContext": func(ctx context.Context) ([]*store.Exchange, error) {
			found, err := c.FindContext(ctx, x.Key, 0)
			return []*store.Exchange{found}, err
		},
		"NearContext": func(ctx context.Context) ([]*store.Exchange, error) { return c.NearContext(ctx, x.Key, 1) },
		"ScanContext": func(ctx context.Context) ([]*store.Exchange, error) { return first(c.ScanContext(ctx, 0)) },
	}
	for name, lookup := range all {
		list, err := lookup(p.Context())
		p.must(name, err)
		if len(list) != 1 || list[0] == nil || string(list[0].Response.Body) != "1" {
			p.Errorf("%s gives %v, want the first exchange", name, list)
		}
		if _, err := lookup(over); !errors.Is(err, context.Canceled) {
			p.Errorf("%s with a context that was canceled returns %v, want an error that matches context.Canceled", name, err)
		}
	}
}

// givesUpAPart checks the same of a read of a part. The storage may have no index.
func givesUpAPart(p *probe) {
	s, ok := p.start().(store.ContextPartStore)
	if !ok {
		return
	}
	over, end := context.WithCancel(p.Context())
	end()
	p.must("AppendParts", s.AppendParts([]store.Part{{ID: 3, Data: []byte("part")}}))
	if b, err := s.PartContext(p.Context(), 3, 0); string(b) != "part" || err != nil {
		p.Errorf("PartContext gives %q, %v, want the part", b, err)
	}
	if _, err := s.PartContext(over, 3, 0); !errors.Is(err, context.Canceled) {
		p.Errorf("PartContext with a context that was canceled returns %v, want an error that matches context.Canceled", err)
	}
}

// first returns the first exchange of a sequence.
func first(all iter.Seq2[*store.Exchange, error]) ([]*store.Exchange, error) {
	for x, err := range all {
		return []*store.Exchange{x}, err
	}
	return nil, nil
}

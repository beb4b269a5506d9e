package storetest

import (
	"bytes"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// partsStore is a storage that finds exchanges and keeps long bodies in parts.
type partsStore interface {
	store.IndexStore
	store.PartStore
}

// inParts appends an exchange whose body is in parts, and returns the body.
func (p *probe) inParts(s partsStore, id store.ID, url string) []byte {
	p.Helper()
	body := slices.Concat(bytes.Repeat([]byte{1}, store.PartSize), bytes.Repeat([]byte{2}, 4*store.PartSize), []byte("the end"))
	number := 0
	for rest := body; len(rest) > 0; number++ {
		n := min(len(rest), store.PartSize)
		p.must("AppendParts", s.AppendParts([]store.Part{{ID: id, Number: number, Data: rest[:n]}}))
		rest = rest[n:]
	}
	x := exchange(id, url)
	x.Response.Body, x.Response.ContentLength = nil, int64(len(body))
	x.SetMissingBody(int64(len(body)))
	p.add(s, x)
	return body
}

// bodyOf returns the body of an exchange, which may be in parts.
func (p *probe) bodyOf(s partsStore, x *store.Exchange) []byte {
	p.Helper()
	if x.MissingBody() == 0 {
		return x.Response.Body
	}
	var body []byte
	for number := 0; ; number++ {
		b, err := s.Part(x.ID, number)
		p.must("Part", err)
		if b == nil {
			return body
		}
		body = append(body, b...)
	}
}

func keepsParts(p *probe) {
	s, ok := p.start().(partsStore)
	if !ok {
		return
	}
	const url = "https://api.test/long"
	want := p.inParts(s, 1, url)
	p.must("AppendParts of two", s.AppendParts([]store.Part{{ID: 2, Data: []byte("a")}, {ID: 3, Data: []byte("b")}}))
	for range 2 {
		x := p.find(s, exchange(0, url).Key, 0)
		if got := p.bodyOf(s, x); !bytes.Equal(got, want) {
			p.Errorf("a body in parts has %d bytes, want %d and the same", len(got), len(want))
		}
		if list := p.scan(s, 0); len(list) != 1 || !bytes.Equal(p.bodyOf(s, list[0]), want) {
			p.Errorf("Scan gives %d exchanges, want the one with its body", len(list))
		}
		if b, err := s.Part(x.ID, 99); b != nil || err != nil {
			p.Errorf("a part after the last has %d bytes, %v, want none", len(b), err)
		}
		s = p.again(s).(partsStore) //nolint:forcetypeassert // it was one
	}
}

func removesParts(p *probe) {
	s, ok := p.start().(partsStore)
	if !ok {
		return
	}
	gone := func(what string, id store.ID) {
		p.Helper()
		if b, err := s.Part(id, 0); b != nil || err != nil {
			p.Errorf("%s, a part of %d bytes is left, %v", what, len(b), err)
		}
	}
	const url = "https://api.test/long"
	p.inParts(s, 1, url)
	p.must("Append", s.Append([]store.Entry{{Exchange: exchange(2, url), Replace: 2}}))
	gone("after Replace", 1)
	p.inParts(s, 3, url)
	p.must("Delete", s.Delete(3))
	gone("after Delete", 3)
	p.must("AppendParts", s.AppendParts([]store.Part{{ID: 4, Data: []byte("a")}, {ID: 4, Number: 1, Data: []byte("b")}, {ID: 5, Data: []byte("c")}}))
	p.must("Delete", s.Delete(4))
	gone("after Delete of an exchange that never came", 4)
	s = p.again(s).(partsStore) //nolint:forcetypeassert // it was one
	gone("after an exchange never came and the storage was opened again", 5)
}

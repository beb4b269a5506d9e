package interop_test

import (
	"bytes"
	"iter"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
)

func TestExchangesHaveTheirLongBodies(t *testing.T) {
	s := &partStore{body: bytes.Repeat([]byte("part"), 1000)}
	for x, err := range interop.Exchanges(s) {
		if err != nil || !slices.Equal(x.Response.Body, s.body) || x.MissingBody() != 0 {
			t.Errorf("got %v, a body of %d and %d missing", err, len(x.Response.Body), x.MissingBody())
		}
	}
	s.cut = true
	for _, err := range interop.Exchanges(s) {
		if err == nil {
			t.Error("a body that is cut is no error")
		}
	}
}

// partStore has one exchange, whose body is in parts.
type partStore struct {
	store.PartStore
	body []byte
	cut  bool
}

func (p *partStore) Scan(store.ID) iter.Seq2[*store.Exchange, error] {
	x := &store.Exchange{ID: 1, Response: &store.Response{}}
	x.SetMissingBody(int64(len(p.body)))
	return seq([]*store.Exchange{x})
}

func (p *partStore) Part(_ store.ID, number int) ([]byte, error) {
	if number == 4 || p.cut && number == 3 {
		return nil, nil
	}
	return p.body[number*1000 : (number+1)*1000], nil
}

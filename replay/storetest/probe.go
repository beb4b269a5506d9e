package storetest

import (
	"crypto/sha256"
	"net/http"
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/store"
)

// recipe is the recipe of keyOf, as the storage remembers it.
const recipe = "storetest"

// probe is a test of one storage.
type probe struct {
	testing.TB
	dir  string
	open Open

	stays bool // whether the storage cannot delete
}

// start opens the storage of the folder as a tape does: with an index in memory if it has none. If
// the storage does not know the recipe, it makes its keys anew.
func (p *probe) start() store.IndexStore {
	p.Helper()
	opened, err := p.open(p.dir)
	p.must("open", err)
	_, ok := opened.(store.Deleter)
	p.stays = !ok
	s := indexed.Of(opened)
	p.Cleanup(func() { _ = s.Close() })
	have, err := s.Recipe()
	p.must("Recipe", err)
	if have != recipe {
		p.must("Reindex", s.Reindex(recipe, keyOf))
	}
	return s
}

// again closes the storage and opens it again.
func (p *probe) again(s store.IndexStore) store.IndexStore {
	p.Helper()
	p.must("Close", s.Close())
	return p.start()
}

func (p *probe) must(what string, err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("%s: %v", what, err)
	}
}

// add appends exchanges in a batch.
func (p *probe) add(s store.Store, list ...*store.Exchange) {
	p.Helper()
	batch := make([]store.Entry, len(list))
	for i, x := range list {
		batch[i].Exchange = x
	}
	p.must("Append", s.Append(batch))
}

// scan returns the exchanges of Scan.
func (p *probe) scan(s store.Store, after store.ID) (list []*store.Exchange) {
	p.Helper()
	for x, err := range s.Scan(after) {
		p.must("Scan", err)
		list = append(list, x)
	}
	return list
}

// find returns the exchange that Find returns. It fails if there is none.
func (p *probe) find(s store.IndexStore, key store.Key, after store.ID) *store.Exchange {
	p.Helper()
	x, err := s.Find(key, after)
	p.must("Find", err)
	if x == nil {
		p.Fatalf("Find of %s %s%s after %d gives nothing", key.Method, key.Host, key.Path, after)
	}
	return x
}

// missing fails if Find returns an exchange.
func (p *probe) missing(s store.IndexStore, key store.Key, after store.ID) {
	p.Helper()
	x, err := s.Find(key, after)
	p.must("Find", err)
	if x != nil {
		p.Errorf("Find of %s %s%s after %d gives %d, want nothing", key.Method, key.Host, key.Path, after, x.ID)
	}
}

// texts returns the bodies of exchanges, in order.
func texts(list []*store.Exchange) []string {
	all := make([]string, len(list))
	for i, x := range list {
		all[i] = string(x.Response.Body)
	}
	return all
}

// exchange makes an exchange whose body is its number, to recognize it whatever its ID is.
func exchange(id store.ID, url string) *store.Exchange {
	x := &store.Exchange{
		ID: id, Request: store.Request{Method: http.MethodGet, URL: url}, Start: id.Time(), Complete: true, Attempt: 1,
		Response: &store.Response{StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", Body: []byte(strconv.Itoa(int(id)))}, //nolint:gosec // small
	}
	x.Response.ContentLength = int64(len(x.Response.Body))
	x.Key = keyOf(x)
	x.Route = x.Key.Path
	return x
}

// madeBy makes x a request of another identity.
func madeBy(x *store.Exchange, who byte) *store.Exchange {
	x.Identity = make([]byte, store.IdentitySize)
	for i := range x.Identity {
		x.Identity[i] = who
	}
	x.Key = keyOf(x)
	return x
}

// keyOf returns the key of a request in this suite, by method, URL and identity.
func keyOf(x *store.Exchange) store.Key {
	key := store.KeyOf(x.Request.Method, x.Request.ParseURL())
	key.Sum = sha256.Sum256([]byte(x.Request.Method + " " + x.Request.URL))
	return key.As(x.Identity, x.Secrets)
}

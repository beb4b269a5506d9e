package route

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

// Whatever the requests are, cache, names and counters stay within their bounds.
func TestMemoryStaysWithinItsBounds(t *testing.T) {
	n := 1_000_000
	if !long.Wanted() {
		n = 50_000 // a million takes seconds
	}
	tab := compile(t, "host-7.test/never/{x}", "POST /never")
	r := New([]*Table{tab}, Options{Cache: 1024})
	rng := rand.New(rand.NewPCG(5, 6))
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	u := &url.URL{Scheme: "https"}
	req := &http.Request{Method: "GET", URL: u, Header: http.Header{}}
	drive := func(n int) {
		for range n {
			u.Host = "host-" + random(rng, lower, 8) + ".test"
			u.Path = ""
			for range 1 + rng.IntN(6) {
				switch rng.IntN(3) {
				case 0:
					u.Path += "/" + word(rng.IntN(1<<20))
				case 1:
					u.Path += "/" + random(rng, base62, 1+rng.IntN(60))
				default:
					u.Path += "/" + word(rng.IntN(20))
				}
			}
			r.Route(req)
		}
	}
	drive(n / 10)
	before := heap()
	drive(n)
	after := heap()
	if got := entries(&r.cache); got > 1024 {
		t.Errorf("%d cached names", got)
	}
	if got := len(r.routes); got > 200 {
		t.Errorf("%d routes", got)
	}
	if r.trie.nodes > r.trie.max+maxDepth || r.trie.nodes != count(&r.trie.root) {
		t.Errorf("%d nodes counted, %d in the trie, want at most %d", r.trie.nodes, count(&r.trie.root), r.trie.max)
	}
	if grown := after - before; grown > 1<<20 {
		t.Errorf("heap grew by %d KiB over %d requests", grown>>10, n)
	}
	t.Logf("%d routes, %d learned, %d nodes, %d other, heap %+d KiB", len(r.routes), len(r.Learned()), r.trie.nodes, r.Overflow(), (after-before)>>10)
}

func count(n *pos) int {
	sum := 0
	for _, c := range n.kids {
		sum += 1 + count(c)
	}
	return sum
}

func TestTheCacheDoesNotHoldALongURL(t *testing.T) {
	r := New(nil, Options{})
	for range 3 {
		r.Route(request(t, "GET", "https://x.test/users?key="+strings.Repeat("s", 1<<10)))
		r.Route(request(t, "GET", "https://x.test/"+strings.Repeat("a/", 1<<10)))
	}
	if n := entries(&r.cache); n != 1 {
		t.Errorf("%d entries, want the short one only", n)
	}
}

func TestARouterServesGoroutinesAtOnce(t *testing.T) {
	r := New([]*Table{compile(t, "GET /repos/{owner}/{repo}")}, Options{Max: 50, Learn: 5, Cache: 64})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			for range 3000 {
				if got := r.Route(request(t, "GET", "https://x.test/repos/a/"+word(rng.IntN(100)))); got != "/repos/{owner}/{repo}" {
					t.Errorf("got %s", got)
				}
				r.Route(request(t, "POST", "https://x.test/"+word(rng.IntN(20))+"/"+word(rng.IntN(1000))))
				r.Learned()
				r.Overflow()
			}
		})
	}
	wg.Wait()
	if len(r.Routes()) > 50 {
		t.Errorf("%d routes", len(r.Routes()))
	}
}

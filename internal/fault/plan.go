package fault

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"sync"
)

// MaxKeys is the default of [Plan].MaxKeys.
const MaxKeys = 1 << 16

// Plan says which request meets which [Fault]. The zero Plan lets all pass.
type Plan struct {
	// Scripts come first: the first whose route matches and that has not run
	// out decides.
	Scripts []Script
	// Seed makes the draws of Mix repeatable; 0 is a seed like any other.
	Seed uint64
	// Mix decides where no script does. Its probabilities add up to at most 1;
	// the rest passes.
	Mix []Chance
	// Key names a request for Mix and for scripts with Each; requests of one key
	// are told apart by the order of their arrival. Nil: method and request URI.
	Key func(*http.Request) string
	// MaxKeys bounds the keys remembered, by default [MaxKeys]; requests of
	// further keys pass.
	MaxKeys int
}

// Script lists the faults for the requests of one route, in order of arrival.
type Script struct {
	// Route is a pattern of http.ServeMux, as "GET /pokemon/{name}"; empty is
	// every request.
	Route string
	// Faults is for request 1, 2, ...; a zero Fault lets its request pass.
	Faults []Fault
	// Each counts per request key, so that "first try fails" holds for each of
	// many concurrent requests, and not for whichever came first.
	Each bool
	// Repeat starts over at the end; otherwise the script has then run out.
	Repeat bool
}

// Chance is one entry of a mix: a fault with its probability, 0 to 1.
type Chance struct {
	P     float64
	Fault Fault
}

// RequestKey is the default of [Plan].Key: method and request URI.
func RequestKey(r *http.Request) string { return r.Method + " " + r.URL.RequestURI() }

// Draw is the number in [0, 1) that seed holds for the given occurrence (from 0)
// of key. It depends on nothing else.
func Draw(seed uint64, key string, occurrence int) float64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	x := mix64(mix64(mix64(seed)^h.Sum64()) ^ uint64(occurrence))
	return float64(x>>11) / (1 << 53)
}

// mix64 is the finalizer of SplitMix64: every input bit reaches every output bit.
func mix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// picker is a Plan at work.
type picker struct {
	plan   Plan
	routes []*routeMatcher // one per script

	mu     sync.Mutex
	routed []int            // arrivals per script
	mixed  map[string]int   // occurrences per key, for the mix
	each   []map[string]int // per script with Each
	keys   int
}

func newPicker(plan Plan) *picker {
	sum := 0.0
	for _, c := range plan.Mix {
		if !(c.P >= 0 && c.P <= 1) {
			panic(fmt.Sprintf("fault: Chance.P %v: want 0 to 1", c.P))
		}
		sum += c.P
	}
	if sum > 1+1e-9 {
		panic(fmt.Sprintf("fault: Plan.Mix adds up to %v: want at most 1", math.Round(sum*1e6)/1e6))
	}
	if plan.MaxKeys < 0 {
		panic(fmt.Sprintf("fault: Plan.MaxKeys %d: want 0 (default) or more", plan.MaxKeys))
	}
	if plan.MaxKeys == 0 {
		plan.MaxKeys = MaxKeys
	}
	if plan.Key == nil {
		plan.Key = RequestKey
	}
	p := &picker{
		plan: plan, mixed: map[string]int{},
		routed: make([]int, len(plan.Scripts)), each: make([]map[string]int, len(plan.Scripts)),
	}
	for _, s := range plan.Scripts {
		p.routes = append(p.routes, newRouteMatcher(s.Route))
	}
	return p
}

// pick chooses for a request that has just arrived, and counts it.
func (p *picker) pick(r *http.Request) Fault {
	key := p.plan.Key(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, s := range p.plan.Scripts {
		if len(s.Faults) == 0 || !p.routes[i].match(r) {
			continue
		}
		k := p.routed[i]
		if s.Each {
			if p.each[i] == nil {
				p.each[i] = map[string]int{}
			}
			var known bool
			if k, known = p.count(p.each[i], key); !known {
				continue
			}
		} else {
			p.routed[i]++
		}
		if s.Repeat {
			return s.Faults[k%len(s.Faults)]
		}
		if k < len(s.Faults) {
			return s.Faults[k]
		}
	}
	if len(p.plan.Mix) == 0 {
		return Fault{}
	}
	k, known := p.count(p.mixed, key)
	if !known {
		return Fault{}
	}
	u := Draw(p.plan.Seed, key, k)
	for _, c := range p.plan.Mix {
		if u < c.P {
			return c.Fault
		}
		u -= c.P
	}
	return Fault{}
}

// count returns how often key was seen before in m, and false if it is new and
// there is no room for it.
func (p *picker) count(m map[string]int, key string) (int, bool) {
	k, seen := m[key]
	if !seen {
		if p.keys >= p.plan.MaxKeys {
			return 0, false
		}
		p.keys++
	}
	m[key] = k + 1
	return k, true
}

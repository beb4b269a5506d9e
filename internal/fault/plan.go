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

// A Plan says which request gets which [Fault]. The zero Plan lets all requests pass.
type Plan struct {
	// Scripts decide first. Of those whose route matches, the first that has not run out is used.
	Scripts []Script
	// Seed makes the draws of Mix repeatable; 0 is a valid seed.
	Seed uint64
	// Mix decides where no script does. Its probabilities add up to at most 1. The remaining
	// requests pass.
	Mix []Chance
	// Key names a request for Mix and for scripts with Each. The requests of one key are numbered
	// in the order in which they arrive. Nil means RequestKey.
	Key func(*http.Request) string
	// MaxKeys bounds the number of keys that are remembered. Requests of further keys pass. Zero
	// means [MaxKeys].
	MaxKeys int
}

// A Script lists the faults for the requests of one route, in order of arrival.
type Script struct {
	// Route is a pattern of http.ServeMux, such as "GET /pokemon/{name}". An empty one matches
	// every request.
	Route string
	// Faults are for request 1, 2 and so on. A zero Fault lets its request pass.
	Faults []Fault
	// Each counts by request key, so that "the first try fails" holds for every one of many
	// concurrent requests, not only for the first to arrive.
	Each bool
	// Repeat starts over at the end. Without it the script has run out there.
	Repeat bool
}

// A Chance is one entry of a mix: a fault and its probability, from 0 to 1.
type Chance struct {
	P     float64
	Fault Fault
}

// RequestKey is the default of [Plan].Key. It returns the method and the request URI.
func RequestKey(r *http.Request) string { return r.Method + " " + r.URL.RequestURI() }

// Draw returns a number in [0, 1). It depends only on seed, key and the occurrence of the key,
// counted from 0.
func Draw(seed uint64, key string, occurrence int) float64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	x := mix64(mix64(mix64(seed)^h.Sum64()) ^ uint64(occurrence))
	return float64(x>>11) / (1 << 53)
}

// mix64 is the finalizer of SplitMix64: every input bit changes every output bit.
func mix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A picker chooses the faults of a Plan.
type picker struct {
	plan   Plan
	routes []*routeMatcher // the route of each script

	mu     sync.Mutex       // mu guards all below
	routed []int            // the arrivals of each script
	mixed  map[string]int   // the occurrences of each key, for the mix
	each   []map[string]int // the occurrences of each key, for each script with Each
	keys   int              // the number of keys in mixed and each
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
			if k, known = p.countLocked(p.each[i], key); !known {
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
	k, known := p.countLocked(p.mixed, key)
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

// countLocked returns how often key has occurred in m. It reports false if key is new and there is
// no room for it. p.mu must be held.
func (p *picker) countLocked(m map[string]int, key string) (int, bool) {
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

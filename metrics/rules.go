package metrics

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// maxRules is how many rules are counted apart. It is bounded, since each call can bring one in an
// override.
const maxRules = 64

// A rule is what attempts wait for: a limit of package concurrency or a rule of package throttle.
type rule struct {
	how  layer.Wait
	text string
}

type ruleCounts struct {
	waits uint64
	time  time.Duration
}

// rules counts the waits by rule. It sees only attempts that wait.
type rules struct {
	mu     sync.Mutex // mu guards counts
	counts map[rule]ruleCounts
}

func (r *rules) count(e layer.Event) {
	// A pause is named by its scope, which is often a host, and a backoff has no name.
	if e.How != layer.Queue && e.How != layer.Quota || e.Text == "" {
		return
	}
	k := rule{e.How, label(e.Text)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[rule]ruleCounts{}
	}
	if _, known := r.counts[k]; !known && len(r.counts) >= maxRules {
		k.text = otherRoute
	}
	n := r.counts[k]
	n.waits++
	n.time += max(e.Wait, 0)
	r.counts[k] = n
}

// each calls yield in order with each rule and its counts.
func (r *rules) each(yield func(rule, ruleCounts)) {
	r.mu.Lock()
	known := make([]rule, 0, len(r.counts))
	counts := make(map[rule]ruleCounts, len(r.counts))
	for k, n := range r.counts {
		known, counts[k] = append(known, k), n
	}
	r.mu.Unlock()
	slices.SortFunc(known, func(a, b rule) int { return cmp.Or(cmp.Compare(a.how, b.how), cmp.Compare(a.text, b.text)) })
	for _, k := range known {
		yield(k, counts[k])
	}
}

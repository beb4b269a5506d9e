package model_test

import (
	"math/rand/v2"
	"time"
)

// A gen makes a plan from a seed.
type gen struct{ *rand.Rand }

func (g gen) chance(p float64) bool { return g.Float64() < p }

func pick[T any](g gen, xs ...T) T { return xs[g.IntN(len(xs))] }

func (g gen) dur() time.Duration {
	const ms = time.Millisecond
	return pick(g, 0, 0, ms, 10*ms, 50*ms, 100*ms, 250*ms, 500*ms, time.Second, 2*time.Second, 5*time.Second)
}

// newPlan returns the plan of a seed: any layers in the documented order or in another one, often with
// a recorder outermost, and up to eight callers.
func newPlan(seed uint64) plan {
	g := gen{rand.New(rand.NewPCG(seed, 42))}
	p := plan{seed: seed}
	kinds := []string{"metrics", "logging", "hook", "timeout", "retry", "concurrency", "throttle", "perattempt", "auth", "bearer", "replay"}
	var chosen []string
	density := pick(g, 0.25, 0.5, 0.8)
	for _, k := range kinds {
		if g.chance(density) {
			chosen = append(chosen, k)
		}
	}
	if g.chance(0.05) {
		chosen = append(chosen, pick(g, kinds...))
	}
	if g.chance(0.5) { // any order
		g.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	}
	if g.chance(0.3) && len(chosen) > 0 {
		for range 1 + g.IntN(2) {
			i := g.IntN(len(chosen) + 1)
			f := pick(g, "pass", "opaque", "clone", "wrapbody", "fretry", "hedge")
			chosen = append(chosen[:i], append([]string{f}, chosen[i:]...)...)
		}
	}
	if g.chance(0.7) {
		for i, k := range chosen { // metrics outermost
			if k == "metrics" {
				copy(chosen[1:i+1], chosen[:i])
				chosen[0] = "metrics"
				break
			}
		}
	}
	for _, k := range chosen {
		p.layers = append(p.layers, g.layer(k))
	}
	n := 1 + g.IntN(8)
	spread := pick(g, 0, 10*time.Millisecond, time.Second, 10*time.Second)
	for i := range n {
		p.calls = append(p.calls, g.call(i, spread))
	}
	return p
}

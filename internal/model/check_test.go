package model_test

import "slices"

// index returns the place of the outermost layer of a kind, -1 if there is none.
func (w *world) index(kind string) int {
	return slices.IndexFunc(w.p.layers, func(l layerSpec) bool { return l.kind == kind })
}

// has reports whether the stack has a layer of one of the kinds.
func (w *world) has(kinds ...string) bool {
	return slices.ContainsFunc(w.p.layers, func(l layerSpec) bool { return slices.Contains(kinds, l.kind) })
}

// among reports whether one of the layers is of one of the kinds.
func among(ls []layerSpec, kinds ...string) bool {
	return slices.ContainsFunc(ls, func(l layerSpec) bool { return slices.Contains(kinds, l.kind) })
}

// blind reports whether a foreign layer sends again where no layer sees it.
func (w *world) blind() bool {
	for i, l := range w.p.layers {
		if l.kind == "fretry" || l.kind == "hedge" {
			if !among(w.p.layers[i+1:], "metrics", "logging", "hook", "timeout", "retry", "concurrency", "throttle", "perattempt", "auth", "bearer", "replay") {
				return true
			}
		}
	}
	return false
}

// check compares what happened with what the documentation says. A check leaves out the stacks for
// which the documentation says nothing exact, above all those with a hedge inside.
func (w *world) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checkSent()
	w.checkReceived()
	w.checkLeft()
	w.checkWindows()
	w.checkPauses()
	w.checkSlots()
	w.checkLedger()
	w.checkMetrics()
	w.checkLines()
	w.checkRetries()
	w.checkEager()
	w.checkWaits()
}

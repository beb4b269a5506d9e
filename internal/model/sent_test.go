package model_test

import (
	"errors"
	"io"
	"slices"
)

// checkSent checks what reached the server: nothing for a caller that has gone, whole bodies, and
// nothing twice that might do its work twice.
func (w *world) checkSent() {
	for _, a := range w.arrivals {
		c := a.edge.spec
		if a.lateCtx != nil && !a.tie && a.k > 0 && !w.has("hedge", "replay", "hook") {
			w.fail("arrival %d: sent with an ended context", a.n)
		}
		if a.edge.returned && a.seq > a.edge.endSeq {
			w.late++
		}
		if a.edge.returned && a.seq > a.edge.endSeq && !w.has("hedge") {
			w.fail("arrival %d: after its call returned", a.n)
		}
		for i, b := range a.got {
			if b != pattern(c.id+100, i) {
				w.fail("arrival %d: wrong body at %d of %d", a.n, i, len(a.got))
				break
			}
		}
		if want := c.size; a.sawEOF && a.req.Body != nil && len(a.got) != want && c.body != "none" && a.req.Method == c.method {
			w.fail("arrival %d: body of %d bytes, want %d", a.n, len(a.got), want)
		}
		if a.bodyErr != nil && !errors.Is(a.bodyErr, io.EOF) && !errors.Is(a.bodyErr, errSource) && a.req.Context().Err() == nil && a.seq < a.edge.endSeq && !a.edge.returned {
			w.fail("arrival %d: body error %v", a.n, a.bodyErr)
		}
	}
	for _, ec := range w.edges {
		idem := verdictIdempotent(ec)
		keys := map[string]bool{}
		for i, a := range ec.arrivals {
			keys[a.header.Get("Idempotency-Key")] = true
			if i == 0 || idem {
				continue
			}
			p := ec.arrivals[i-1]
			ok := p.status == 429 || p.spec.err == "dial" || p.spec.err == "dns" || w.has("bearer") && p.status == 401 || w.unsafe()
			if !ok && a.header.Get("Idempotency-Key") == "" {
				w.fail("arrival %d: a %s is sent again after status %d, error %v", a.n, a.req.Method, p.status, p.err)
			}
		}
		if len(keys) > 1 {
			w.fail("call %d.%d: keys differ: %v", ec.spec.id, ec.hop, keys)
		}
	}
}

// unsafe reports whether a policy of the stack sends everything again.
func (w *world) unsafe() bool {
	for _, l := range w.p.layers {
		if l.kind == "retry" && l.policy.Unsafe {
			return true
		}
	}
	return false
}

// verdictIdempotent reports whether the request of a call may be sent twice (docs/retry.md).
func verdictIdempotent(ec *edgeCall) bool {
	switch ec.req.Method {
	case "GET", "HEAD", "PUT", "DELETE":
		return true
	}
	return ec.req.Header.Get("Idempotency-Key") != "" || slices.Contains(ec.spec.overrides, "safe")
}

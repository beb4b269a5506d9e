package model_test

import (
	"strings"
	"testing"
)

// kindOf is a failure without its numbers.
func kindOf(s string) string {
	var b strings.Builder
	for f := range strings.FieldsSeq(s) {
		if strings.ContainsAny(f, "0123456789") {
			f = "#"
		}
		b.WriteString(f + " ")
	}
	return strings.TrimSpace(b.String())
}

// shrink removes what the failure does not need.
func shrink(t *testing.T, p plan, kind string) plan {
	t.Helper()
	bad := func(q plan) bool {
		for _, f := range run(t, q, "").fails {
			if kindOf(f) == kind {
				return true
			}
		}
		return false
	}
	for again := true; again; {
		again = false
		try := func(q plan) {
			if !again && bad(q) {
				p, again = q, true
			}
		}
		for i := range p.layers {
			if again {
				break
			}
			q := p
			q.layers = append(append([]layerSpec(nil), p.layers[:i]...), p.layers[i+1:]...)
			try(q)
		}
		for i := range p.calls {
			if again {
				break
			}
			q := p
			q.calls = append(append([]callSpec(nil), p.calls[:i]...), p.calls[i+1:]...)
			try(q)
		}
		for i := range p.calls {
			if again {
				break
			}
			for _, f := range simpler {
				if again {
					break
				}
				q := p
				q.calls = append([]callSpec(nil), p.calls...)
				if f(&q.calls[i]) {
					try(q)
				}
			}
		}
	}
	return p
}

func set[T comparable](p *T, v T) bool {
	if *p == v {
		return false
	}
	*p = v
	return true
}

var simpler = []func(c *callSpec) bool{
	func(c *callSpec) bool { return set(&c.deadline, 0) },
	func(c *callSpec) bool { return set(&c.cancelAt, 0) },
	func(c *callSpec) bool { return set(&c.pace, 0) },
	func(c *callSpec) bool { return set(&c.failAt, 0) },
	func(c *callSpec) bool { return set(&c.client, false) },
	func(c *callSpec) bool { return set(&c.key, false) },
	func(c *callSpec) bool { return set(&c.ifMatch, false) },
	func(c *callSpec) bool { return set(&c.priority, 0) },
	func(c *callSpec) bool { return set(&c.read, "all") },
	func(c *callSpec) bool { return set(&c.whole, 0) },
	func(c *callSpec) bool { ok := c.expect != nil; c.expect = nil; return ok },
	func(c *callSpec) bool { ok := c.overrides != nil; c.overrides = nil; return ok },
	func(c *callSpec) bool { return set(&c.body, "none") },
	func(c *callSpec) bool { return set(&c.method, "GET") && c.body == "none" },
	func(c *callSpec) bool { return set(&c.at, 0) },
	func(c *callSpec) bool {
		ok := len(c.script) > 0
		if ok {
			c.script = c.script[:len(c.script)-1]
		}
		return ok
	},
	func(c *callSpec) bool {
		ok := len(c.script) > 1
		if ok {
			c.script = c.script[1:]
		}
		return ok
	},
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.wait, 0) }) },
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.pace, 0) }) },
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.lateClose, 0) }) },
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.reads, 2) }) },
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.breakAt, -1) }) },
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.stall, false) }) },
	func(c *callSpec) bool { return scripted(c, func(r *respSpec) bool { return set(&r.info, false) }) },
	func(c *callSpec) bool {
		return scripted(c, func(r *respSpec) bool { return set(&r.size, 0) && r.breakAt < 0 && !r.stall })
	},
}

func scripted(c *callSpec, f func(*respSpec) bool) bool {
	c.script = append([]respSpec(nil), c.script...)
	changed := false
	for i := range c.script {
		changed = f(&c.script[i]) || changed
	}
	return changed
}

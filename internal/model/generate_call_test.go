package model_test

import (
	"fmt"
	"strconv"
	"time"
)

// call returns a caller and the script of the server for it.
func (g gen) call(i int, spread time.Duration) callSpec {
	c := callSpec{
		id: i, method: pick(g, "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH"), host: pick(g, "a.test", "a.test", "b.test"),
		path: pick(g, "/x", "/things/7", "/things/8", "/jobs/1/items"), read: pick(g, "all", "all", "all", "some", "close", "double", "late"), readDelay: g.dur(),
	}
	if spread > 0 {
		c.at = time.Duration(g.Int64N(int64(spread))).Truncate(time.Millisecond)
	}
	c.body = "none"
	if c.method != "GET" && c.method != "HEAD" && g.chance(0.8) {
		c.body = pick(g, "nobody", "getbody", "getbody", "seek", "plain", "unknown")
		c.size = pick(g, 0, 1, 10, 100, 5000, 100_000)
		if c.body == "nobody" {
			c.size = 0
		} else if c.size == 0 {
			c.size = 3
		}
		if g.chance(0.2) {
			c.pace = pick(g, time.Millisecond, 20*time.Millisecond, 300*time.Millisecond)
		}
		if g.chance(0.07) {
			c.failAt = 1 + g.IntN(c.size+1)
		}
	}
	if g.chance(0.25) {
		c.deadline = pick(g, time.Millisecond, 100*time.Millisecond, 500*time.Millisecond, time.Second, 2*time.Second, 10*time.Second)
	}
	if g.chance(0.2) {
		c.cancelAt = time.Duration(1 + g.Int64N(int64(pick(g, 20*time.Millisecond, time.Second, 5*time.Second)))).Round(time.Microsecond)
	}
	c.key = g.chance(0.15)
	c.ifMatch = g.chance(0.3) && (c.method == "PUT" || c.method == "DELETE")
	c.client = g.chance(0.3)
	if g.chance(0.1) {
		c.expect = []int{pick(g, 404, 429, 503, 409)}
	}
	if g.chance(0.05) {
		c.whole = pick[int64](g, 10, 1000, 1<<20)
	}
	if g.chance(0.2) {
		c.overrides = append(c.overrides, pick(g, "retry.Off", "concurrency.Off", "throttle.Off", "timeout.Off", "policy", "safe", "auth.Off", "slots"))
	}
	if g.chance(0.1) {
		c.priority = pick(g, -3, 1, 10)
	}
	n := g.IntN(5)
	for range n {
		if i := len(c.script); i > 0 && g.chance(0.4) { // again the same
			c.script = append(c.script, c.script[i-1])
			continue
		}
		c.script = append(c.script, g.resp(c))
	}
	return c
}

// resp returns what the server does with one request.
func (g gen) resp(c callSpec) respSpec {
	r := respSpec{kind: "status", status: 200, breakAt: -1, reads: pick(g, 2, 2, 2, 1, 0)}
	if r.wait = g.dur(); r.wait > 0 { // not at the instant of a limit
		r.wait += time.Duration(1+g.IntN(900)) * time.Microsecond
	}
	if g.chance(0.1) {
		r.info = true
	}
	switch {
	case g.chance(0.25):
		r.kind, r.err = "error", pick(g, "dial", "reset", "eof", "dns", "reset")
		return r
	case g.chance(0.05):
		r.kind = "hang"
		r.wait = time.Minute * 3
		return r
	}
	r.status = pick(g, 200, 200, 200, 503, 503, 503, 500, 429, 429, 429, 502, 404, 401, 403, 409, 425, 408, 204, 304, 307, 302, 412)
	if r.status == 307 || r.status == 302 {
		r.location = pick(g, "http://a.test/things/9", "/moved", "http://b.test/x", "")
	}
	if (r.status == 429 || r.status == 503 || r.status == 403) && g.chance(0.6) || g.chance(0.03) {
		secs := pick(g, 0, 1, 1, 2, 5, 61, 200)
		switch g.IntN(5) {
		case 0:
			r.date, r.hint = true, time.Duration(secs)*time.Second
		case 1:
			ms := pick(g, 1, 300, 1500)
			r.retryAfter, r.hint = fmt.Sprintf("ms=%d", ms), time.Duration(ms)*time.Millisecond
		case 2:
			r.retryAfter = pick(g, "soon", "-1", "")
		default:
			r.retryAfter, r.hint = strconv.Itoa(secs), time.Duration(secs)*time.Second
		}
	}
	r.size = pick(g, 0, 1, 20, 20, 3000, 100_000)
	r.known = g.chance(0.5)
	if g.chance(0.2) {
		r.pace = pick(g, time.Millisecond, 30*time.Millisecond, 401*time.Millisecond, 1503*time.Millisecond)
	}
	if g.chance(0.12) && r.size > 0 {
		r.breakAt = g.IntN(r.size + 1)
	}
	r.stall = g.chance(0.04)
	if r.reads < 2 && g.chance(0.5) {
		r.lateClose = g.dur()
	}
	if r.location != "" || c.whole > 0 {
		r.stall = false
	}
	if r.status == 204 || r.status == 304 || c.method == "HEAD" {
		r.size, r.breakAt, r.stall = 0, -1, false
	}
	return r
}

package otel

import "github.com/gracy-go/gracy/layer"

// mostHops bounds how many redirects are counted; net/http follows ten.
const mostHops = 100

// sentBefore returns how many requests were sent for a call so far, those of the
// redirects that led to it included.
func sentBefore(c *layer.Call) int {
	n := sentIn(c)
	resp := c.Request().Response
	for range mostHops {
		if resp == nil {
			break
		}
		if hop := layer.CallOf(resp); hop != nil && hop != c {
			n += sentIn(hop)
		} else {
			n++
		}
		if resp.Request == nil {
			break
		}
		resp = resp.Request.Response
	}
	return n
}

// sentIn returns how many attempts of a call were sent.
func sentIn(c *layer.Call) (n int) {
	for a := range c.Attempts() {
		if a.Sent() {
			n++
		}
	}
	return n
}

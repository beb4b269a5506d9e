package replaytest

import (
	"net/http"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/layer"
)

// openBodies are the response bodies that a test received and that have not ended. They are on no
// tape.
type openBodies struct {
	// mu guards all.
	mu  sync.Mutex
	all map[*openBody]bool
}

// openBody is one such body.
type openBody struct {
	in    *openBodies
	named string // method and route
}

// watch adds the body of a response until it ends.
func (o *openBodies) watch(c *layer.Call, resp *http.Response) {
	b := &openBody{o, c.Request().Method + " " + c.Route()}
	o.mu.Lock()
	if o.all == nil {
		o.all = make(map[*openBody]bool)
	}
	o.all[b] = true
	o.mu.Unlock()
	c.Attempt().Own(resp, b)
}

// BodyEnd implements [layer.BodyEnder].
func (b *openBody) BodyEnd(*layer.Attempt) {
	b.in.mu.Lock()
	defer b.in.mu.Unlock()
	delete(b.in.all, b)
}

// left returns the bodies that are still open.
func (o *openBodies) left() (found requests) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for b := range o.all {
		found.add(b.named)
	}
	slices.Sort(found.first)
	return found
}

package replay

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// beforeRecord lets the hook change the outcome of an exchange that is about to be
// recorded; false leaves it out. What was asked stays as it is: the key was made of it.
func (o *Options) beforeRecord(x *store.Exchange) bool {
	if o.BeforeRecord == nil {
		return true
	}
	edited := clone(x)
	if !o.BeforeRecord(edited) || edited.Response == nil && edited.Fault == nil {
		return false
	}
	resize(edited.Response, x.Response)
	x.Response, x.Fault = edited.Response, edited.Fault
	return true
}

// beforeReplay lets the hook change a copy of an exchange that is about to be
// replayed.
func (o *Options) beforeReplay(req *http.Request, x *store.Exchange) *store.Exchange {
	if o.BeforeReplay == nil {
		return x
	}
	edited := clone(x)
	o.BeforeReplay(req, edited)
	if edited.Response == nil && edited.Fault == nil {
		return x
	}
	resize(edited.Response, x.Response)
	return edited
}

// clone copies an exchange; nothing of it is shared.
func clone(x *store.Exchange) *store.Exchange {
	c := *x
	c.Request.Header, c.Request.Body = x.Request.Header.Clone(), slices.Clone(x.Request.Body)
	if x.Response != nil {
		r := *x.Response
		r.Header, r.Trailer, r.Body = r.Header.Clone(), r.Trailer.Clone(), slices.Clone(r.Body)
		c.Response = &r
	}
	if x.Fault != nil {
		f := *x.Fault
		c.Fault = &f
	}
	return &c
}

package replay

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// beforeRecord lets the hook change the outcome of an exchange that is about to be recorded. It
// returns false to leave the exchange out. The request stays unchanged, because the key is made
// from it.
func (o *Options) beforeRecord(x *store.Exchange) bool {
	if o.BeforeRecord == nil {
		return true
	}
	edited := clone(x)
	if !o.BeforeRecord(edited) || edited.Response == nil && edited.Fault == nil {
		return false
	}
	x.Response, x.Fault = fit(edited, x.Response), edited.Fault
	replaceMissing(x)
	return true
}

// replaceMissing lets a body that a hook has set replace the one that was too long for the hook to
// see.
func replaceMissing(x *store.Exchange) {
	if x.Response == nil || len(x.Response.Body) > 0 {
		x.SetMissingBody(0)
	}
}

// beforeReplay lets the hook change a copy of an exchange that is about to be
// replayed.
func (t *Tape) beforeReplay(req *http.Request, x *store.Exchange) (*store.Exchange, error) {
	if t.opts.BeforeReplay == nil {
		return x, nil
	}
	x, err := t.writer.whole(req.Context(), x)
	if err != nil {
		return nil, err
	}
	edited := clone(x)
	t.opts.BeforeReplay(req, edited)
	if edited.Response == nil && edited.Fault == nil {
		return x, nil
	}
	edited.Response = fit(edited, x.Response)
	replaceMissing(edited)
	return edited, nil
}

// fit returns the response of x after a hook has changed it, and makes it consistent: the length of
// the body, its sum, and the status. The hook may keep its response and use it for several
// exchanges, so this is a copy, except for the body, which nobody changes.
func fit(x *store.Exchange, before *store.Response) *store.Response {
	if x.Response == nil {
		return nil
	}
	own := *x.Response
	own.Header, own.Trailer = own.Header.Clone(), own.Trailer.Clone()
	resize(&own, before, x.Fault == nil)
	if before != nil && !bytes.Equal(own.Body, before.Body) {
		dropSums(&own, before)
	}
	if before != nil && own.StatusCode != before.StatusCode && own.Status == before.Status {
		own.Status = statusText(own.StatusCode)
	}
	return &own
}

// statusText returns the Status of a response as net/http writes it.
func statusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// clone returns a deep copy of an exchange.
func clone(x *store.Exchange) *store.Exchange {
	c := *x
	c.Request.Header, c.Request.Body = x.Request.Header.Clone(), slices.Clone(x.Request.Body)
	if x.Response != nil {
		r := *x.Response
		r.Header, r.Trailer, r.Body = r.Header.Clone(), r.Trailer.Clone(), slices.Clone(r.Body)
		r.TransferEncoding, r.Pieces = slices.Clone(r.TransferEncoding), slices.Clone(r.Pieces)
		c.Response = &r
	}
	if x.Fault != nil {
		f := *x.Fault
		c.Fault = &f
	}
	return &c
}

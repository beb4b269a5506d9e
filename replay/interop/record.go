package interop

import (
	"net/url"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// A Record is an exchange of a file, and what the file does not hold of it.
type Record struct {
	// Exchange is what was recorded, with its secrets, as Tape.Add takes it. Start is zero if the
	// file has no time. Exchange is nil only if not even a request could be made.
	Exchange *store.Exchange
	Losses   []Loss // what is not as it was sent
	// Skipped is why the exchange must not replay, "" if it may.
	Skipped string
}

// A Loss is something of an exchange that its file does not hold, or that an export
// cannot.
type Loss struct {
	Method string `json:"method"`
	URL    string `json:"url"`  // with its secrets masked
	What   string `json:"what"` // "the body of the response"
	Why    string `json:"why"`  // what the recorder did, and what stands there now
}

// String returns a line of the four fields.
func (l Loss) String() string { return l.Method + " " + l.URL + ": " + l.What + ": " + l.Why }

// lose adds a loss.
func (r *Record) lose(what, why string) {
	r.Losses = append(r.Losses, Loss{What: what, Why: why})
}

// skip sets the reason for skipping an exchange. The first reason is kept.
func (r *Record) skip(why string) {
	if r.Skipped == "" {
		r.Skipped = why
	}
}

// named writes the method and the masked URL into the losses.
func (r *Record) named() {
	if len(r.Losses) == 0 {
		return
	}
	method, u := nameOf(r.Exchange)
	for i := range r.Losses {
		r.Losses[i].Method, r.Losses[i].URL = method, u
	}
}

// nameOf returns the method of an exchange and its URL with secrets masked.
func nameOf(x *store.Exchange) (method, masked string) {
	if x == nil {
		return "", ""
	}
	return redact.Text(x.Request.Method), maskURL(x.Request.URL)
}

func maskURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "(a URL that cannot be parsed)"
	}
	return redact.URL(u)
}

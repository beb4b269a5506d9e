package replay

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// unpacked returns x for a request that does not ask for the content codings of the response, though
// the recorded one did: with the body decoded, as net/http hands over one that it has asked for itself.
// It returns x if the body cannot be decoded or is beyond wholeUpTo, and if the recorded request did
// not ask either, since its client got these bytes too. An error is that of the store.
func (m masker) unpacked(req *http.Request, w *writer, x *store.Exchange) (*store.Exchange, error) {
	if x.Response == nil || req.Header.Get("Range") != "" {
		return x, nil
	}
	names := slices.DeleteFunc(codings(x.Response.Header), changesNothing)
	if len(names) == 0 || len(names) > maxCodings || asksFor(req.Header, names) || !asksFor(x.Request.Header, names) {
		return x, nil
	}
	x, err := w.whole(req.Context(), x)
	if err != nil || len(x.Response.Body) == 0 {
		return x, err
	}
	return m.decoded(x), nil
}

// decoded returns x with its body decoded, or x if it cannot be decoded.
func (m masker) decoded(x *store.Exchange) *store.Exchange {
	r := x.Response
	plain, p, err := m.open(r.Header, r.Body)
	if err != nil || len(p.codings) == 0 {
		return x
	}
	own := *r
	own.Header = r.Header.Clone()
	own.Header.Del("Content-Encoding")
	own.Header.Del("Content-Length")
	own.Body, own.Pieces, own.ContentLength, own.Uncompressed = plain, nil, -1, true
	c := *x
	c.Response = &own
	return &c
}

// asksFor reports whether a request may get its response in all of these codings. What net/http asks
// for by itself is not in the header, and its client does not see the coding. So a request without
// Accept-Encoding asks for none, though RFC 9110 lets a server choose then.
func asksFor(h http.Header, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !accepts(h["Accept-Encoding"], name) })
}

// accepts reports whether the values of Accept-Encoding name a coding, or all of them by "*", with
// another weight than 0: RFC 9110, section 12.5.3. The first mention of the coding counts.
func accepts(values []string, name string) bool {
	name = codingName(name)
	others := false
	for _, v := range values {
		for item := range strings.SplitSeq(v, ",") {
			item, parameter, _ := strings.Cut(item, ";")
			switch item = strings.TrimSpace(item); {
			case codingName(item) == name:
				return !weighsNothing(parameter)
			case item == "*":
				others = !weighsNothing(parameter)
			}
		}
	}
	return others
}

// weighsNothing reports whether a parameter is "q=0", with up to three decimals.
func weighsNothing(parameter string) bool {
	name, value, _ := strings.Cut(parameter, "=")
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && weight == 0 && strings.EqualFold(strings.TrimSpace(name), "q")
}

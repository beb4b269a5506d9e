package replay

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// maskedMiss returns the miss of a request that is not sent because a replayed login, page or
// redirect has given its client a mask, which is at place. The server cannot know the mask, and its
// response would be recorded as the response to the real request.
func (m masker) maskedMiss(c *layer.Call, p *captured, f found, place string) *MissError {
	c.SetStopReason("not on tape, and its credential is a mask of the tape")
	e := &MissError{
		Method: m.literals(methodOf(p.send.Method)), URL: m.literals(m.url(p.send.URL.String())), Route: m.literals(c.Route()),
		Reason: MissUnknown, Masked: m.literals(place),
	}
	if f.why == MissIdentity {
		e.Reason, e.Identities = f.why, f.identities
	}
	return e
}

// maskIn returns where a request has a mask in place of a credential, or "".
func (m masker) maskIn(p *captured) string {
	var names []string
	for name, values := range p.send.Header {
		if m.red.Header(name) && slices.ContainsFunc(values, func(v string) bool { return masks(v) || hasStandIn(name, v) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	path, query := beforeQuery(p.send.URL.String())
	switch {
	case len(names) > 0:
		return "header " + names[0]
	case strings.Contains(path+"/", "/"+redact.Mask+"/"), strings.Contains(path, "/"+redact.Mask+","):
		return "path of the URL"
	}
	for pair := range strings.SplitSeq(strings.TrimPrefix(query, "?"), "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = compare.Unescape(name); m.red.Query(name) && masks(compare.Unescape(value)) {
			return "query parameter " + name
		}
	}
	if p.masked != nil && m.maskInBody(p.send.Header.Get("Content-Type"), p.masked) {
		return "body"
	}
	return ""
}

// maskAlone reports whether the whole credential of a request is a mask. A mask comes from a tape
// and is of no use elsewhere, so the request may get the recordings of others, if only one has
// recorded it.
func (m masker) maskAlone(p *captured) bool {
	return p.identity == nil && p.secrets == nil && m.maskIn(p) != ""
}

// maskInBody reports whether one of the masks in a body is in a place whose value is always masked.
// Then masking a body with other text in their place yields more masks than there are real secrets.
func (m masker) maskInBody(contentType string, body []byte) bool {
	mask := []byte(redact.Mask)
	secrets := bytes.Count(m.red.Body(contentType, body), mask) - bytes.Count(body, mask)
	plain := bytes.ReplaceAll(body, mask, []byte("x"))
	return bytes.Count(m.red.Body(contentType, plain), mask) > secrets
}

// hasStandIn reports whether a Cookie header has the stand-in of a cookie that may be a session's.
func hasStandIn(name, v string) bool {
	return http.CanonicalHeaderKey(name) == "Cookie" && slices.ContainsFunc(cookies(v), func(c canonical.Pair) bool { return strings.HasPrefix(c.Value, standIn) })
}

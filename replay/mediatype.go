package replay

import (
	"encoding/json"
	"net/http"
	"net/textproto"
	"slices"

	"github.com/gracy-go/gracy/internal/mediatype"
)

const contentType = "Content-Type"

// ignoresType reports whether a body is read by its content, because IgnoreHeaders names its type.
func (m Match) ignoresType() bool {
	return slices.ContainsFunc(m.IgnoreHeaders, func(s string) bool { return textproto.CanonicalMIMEHeaderKey(s) == contentType })
}

// typed returns the header by which a body is read. If the type is ignored, it is that of the
// content. Multipart keeps its own, which has the boundary.
func (m Match) typed(h http.Header, body []byte) http.Header {
	if len(body) == 0 || !m.ignoresType() || mediatype.Declared(h.Get(contentType)) == mediatype.Multipart {
		return h
	}
	kind := mediatype.Of("", body)
	if kind == mediatype.JSON && !json.Valid(body) {
		kind = mediatype.JSONLines
	}
	out := h.Clone()
	if out == nil {
		out = make(http.Header)
	}
	out[contentType] = []string{typeOf(kind)}
	return out
}

// typeOf returns a media type of a kind, "" for one whose content has no shape.
func typeOf(kind mediatype.Kind) string {
	switch kind { //nolint:exhaustive // the kinds that a content shows
	case mediatype.JSON:
		return "application/json"
	case mediatype.JSONLines:
		return "text/event-stream"
	case mediatype.Form:
		return "application/x-www-form-urlencoded"
	case mediatype.XML:
		return "application/xml"
	}
	return ""
}

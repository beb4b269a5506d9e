package replay

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/internal/mediatype"
)

var errRaw = errors.New("compare byte for byte")

// canonicalBody hashes a body by its meaning. JSON, also in lines, is hashed without regard to
// spaces and the order of members, and its numbers by value. GraphQL is hashed by its tokens, XML
// by its elements, a form without regard to the order of names, and multipart by its parts,
// whatever the boundary. Anything else, and anything malformed, is hashed byte for byte.
func canonicalBody(d *digest, h http.Header, body []byte, ignore []string) {
	if len(body) == 0 {
		d.put('b', "")
		return
	}
	media, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	var form []byte
	err := errRaw
	kind := mediatype.Named(media)
	if h.Get("Content-Encoding") != "" {
		kind, media = mediatype.Binary, "encoded"
	}
	switch kind {
	case mediatype.JSON:
		form, err = canonicalJSON(body, ignore)
		media = "json"
	case mediatype.JSONLines:
		form, err = canonicalLines(body, ignore)
		media = "lines"
	case mediatype.GraphQL:
		if text, ok := graphQLTokens(string(body)); ok {
			form, err = []byte(text), nil
		}
	case mediatype.XML:
		form, err = canonicalXML(body, ignore)
		media = "xml"
	case mediatype.Form:
		form, err = canonicalForm(body, ignore), nil
	case mediatype.Multipart:
		form, err = canonicalMultipart(body, params["boundary"], ignore)
	case mediatype.Text, mediatype.HTML, mediatype.Binary:
	}
	if err != nil {
		d.put('t', "raw "+media)
		d.putBytes('b', body)
		return
	}
	d.put('t', media)
	d.putBytes('b', form)
}

func canonicalForm(body []byte, ignore []string) []byte {
	var out []byte
	for _, p := range pairs(nil, string(body), ignore) {
		out = strconv.AppendQuote(out, p.name)
		out = append(out, '=')
		out = strconv.AppendQuote(out, p.value)
		out = append(out, '&')
	}
	return out
}

// canonicalMultipart lists parts by name, file name, type and content. It does not look into nested
// multipart.
func canonicalMultipart(body []byte, boundary string, ignore []string) ([]byte, error) {
	read, ok := compare.Parts(body, boundary, ignore)
	if !ok {
		return nil, errRaw
	}
	type part struct {
		name, file string
		sum        []byte
	}
	parts := make([]part, 0, len(read))
	for _, p := range read {
		var d digest
		d.put('e', p.Header.Get("Content-Transfer-Encoding"))
		if mediatype.Declared(p.Header.Get("Content-Type")) == mediatype.JSON {
			canonicalBody(&d, p.Header, p.Content, ignore)
		} else {
			d.put('t', p.Header.Get("Content-Type"))
			d.putBytes('b', p.Content)
		}
		sum := d.sum()
		parts = append(parts, part{p.Name, p.File, sum[:]})
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.file, b.file)
	})
	var out []byte
	for _, p := range parts {
		out = strconv.AppendQuote(out, p.name)
		out = strconv.AppendQuote(out, p.file)
		out = append(out, p.sum...)
	}
	return out, nil
}

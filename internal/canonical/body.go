// Package canonical writes the body of a request by its meaning. Bodies that mean the same to a tape
// have one form.
package canonical

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

// ErrRaw says that a body has no form of its own.
var ErrRaw = errors.New("compare byte for byte")

// Body hashes a body by its meaning. JSON, also in lines, is hashed without regard to
// spaces and the order of members, and its numbers by value. GraphQL is hashed by its tokens, XML
// by its elements, a form without regard to the order of names, and multipart by its parts,
// whatever the boundary. Anything else, and anything malformed, is hashed byte for byte. Members,
// elements, fields and parts named in ignore are left out.
func Body(d *Digest, h http.Header, body []byte, ignore []string) {
	if len(body) == 0 {
		d.Put('b', "")
		return
	}
	media, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	var form []byte
	err := ErrRaw
	kind := mediatype.Named(media)
	if h.Get("Content-Encoding") != "" {
		kind, media = mediatype.Binary, "encoded"
	}
	switch kind {
	case mediatype.JSON:
		form, err = formOfJSON(body, ignore)
		media = "json"
	case mediatype.JSONLines:
		form, err = formOfLines(body, ignore)
		media = "lines"
	case mediatype.GraphQL:
		if text, ok := graphQLTokens(string(body)); ok {
			form, err = []byte(text), nil
		}
	case mediatype.XML:
		form, err = formOfXML(body, ignore)
		media = "xml"
	case mediatype.Form:
		form, err = formOfForm(body, ignore), nil
	case mediatype.Multipart:
		form, err = formOfMultipart(body, params["boundary"], ignore)
	case mediatype.Text, mediatype.HTML, mediatype.Binary:
	}
	if err != nil {
		d.Put('t', "raw "+media)
		d.PutBytes('b', body)
		return
	}
	d.Put('t', media)
	d.PutBytes('b', form)
}

func formOfForm(body []byte, ignore []string) []byte {
	var out []byte
	for _, p := range Pairs(nil, string(body), ignore) {
		out = strconv.AppendQuote(out, p.Name)
		out = append(out, '=')
		out = strconv.AppendQuote(out, p.Value)
		out = append(out, '&')
	}
	return out
}

// formOfMultipart lists parts by name, file name, type and content. It does not look into nested
// multipart.
func formOfMultipart(body []byte, boundary string, ignore []string) ([]byte, error) {
	read, ok := compare.Parts(body, boundary, ignore)
	if !ok {
		return nil, ErrRaw
	}
	type part struct {
		name, file string
		sum        []byte
	}
	parts := make([]part, 0, len(read))
	for _, p := range read {
		var d Digest
		d.Put('e', p.Header.Get("Content-Transfer-Encoding"))
		if mediatype.Declared(p.Header.Get("Content-Type")) == mediatype.JSON {
			Body(&d, p.Header, p.Content, ignore)
		} else {
			d.Put('t', p.Header.Get("Content-Type"))
			d.PutBytes('b', p.Content)
		}
		sum := d.Sum()
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

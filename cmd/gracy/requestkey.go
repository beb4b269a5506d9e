package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/internal/mediatype"
	"github.com/gracy-go/gracy/replay/store"
)

// plain returns a body without its content coding, or as it is if that cannot be decoded.
func plain(h http.Header, body []byte) []byte {
	if decoded, err := looking().Unpack(h, body); err == nil {
		return decoded
	}
	return body
}

// meaning returns a text that is the same for bodies of a request that mean the same, as they do to a
// tape: JSON without regard to spaces, the order of members and how a number is written, a form
// without regard to the order of its names, multipart without its boundary. What ignore names is left
// out. Any other body is the text.
func meaning(r *store.Request, ignore []string) []byte {
	body := plain(r.Header, r.Body)
	media, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch mediatype.Named(media) { //nolint:exhaustive // the others are compared byte for byte
	case mediatype.JSON, mediatype.JSONLines:
		if text, err := meaningOfJSON(body, ignore); err == nil {
			return text
		}
	case mediatype.Form:
		return meaningOfForm(string(body), ignore)
	case mediatype.Multipart:
		if parts, ok := compare.Parts(body, params["boundary"], ignore); ok {
			var b bytes.Buffer
			for _, p := range parts {
				fmt.Fprintf(&b, "%q %q %q %q\n", p.Name, p.File, p.Header["Content-Type"], p.Content)
			}
			return b.Bytes()
		}
	}
	return body
}

// meaningOfForm keeps the order of the values of a name.
func meaningOfForm(body string, ignore []string) []byte {
	var pairs [][2]string
	for name, value := range compare.Fields(body) {
		if !slices.Contains(ignore, name) {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return fmt.Appendf(nil, "%q", pairs)
}

// meaningOfJSON reads one document, or several in lines.
func meaningOfJSON(body []byte, ignore []string) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var all []any
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return json.Marshal(all)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, normal(v, ignore))
	}
}

// normal changes a value of JSON to its normal form. Marshal sorts the members.
func normal(v any, ignore []string) any {
	switch v := v.(type) {
	case json.Number:
		return compare.Number(v.String()) + " as a number" // 1 is not "1"
	case string:
		return v + " as a string"
	case []any:
		for i := range v {
			v[i] = normal(v[i], ignore)
		}
	case map[string]any:
		for name := range v {
			if slices.Contains(ignore, name) {
				delete(v, name)
				continue
			}
			v[name] = normal(v[name], ignore)
		}
	}
	return v
}

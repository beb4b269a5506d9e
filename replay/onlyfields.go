package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/internal/mediatype"
)

// counting returns the part of a body that counts by OnlyFields and Patterns. It applies to JSON,
// also in lines, and to forms. Anything else, and anything malformed, is returned unchanged.
func (m Match) counting(h http.Header, body []byte) []byte {
	if len(m.OnlyFields) == 0 && len(m.patterns) == 0 || len(body) == 0 || h.Get("Content-Encoding") != "" {
		return body
	}
	media, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch mediatype.Named(media) {
	case mediatype.JSON:
		if out, ok := m.countingJSON(body); ok {
			return out
		}
	case mediatype.JSONLines:
		return m.countingLines(body)
	case mediatype.Form:
		return m.countingForm(body)
	case mediatype.Text, mediatype.HTML, mediatype.XML, mediatype.GraphQL, mediatype.Multipart, mediatype.Binary:
	}
	return body
}

func (m Match) countingForm(body []byte) []byte {
	pairs := strings.Split(likePairs(string(body), m.likeness), "&")
	if len(m.OnlyFields) > 0 {
		pairs = slices.DeleteFunc(pairs, func(p string) bool {
			name, _, _ := strings.Cut(p, "=")
			return !slices.Contains(m.OnlyFields, compare.Unescape(name))
		})
	}
	return []byte(strings.Join(pairs, "&"))
}

func (m Match) countingLines(body []byte) []byte {
	var out []byte
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte{canonical.RecordSeparator}))
		counts, ok := m.countingJSON(text)
		if len(text) > 0 && !ok {
			return body
		}
		out = append(append(out, counts...), '\n')
	}
	return out
}

// countingJSON returns the part of a JSON document that counts, or false if body is not one.
func (m Match) countingJSON(body []byte) ([]byte, bool) {
	if !utf8.Valid(body) {
		return nil, false
	}
	w := jsonReducer{match: m, dec: json.NewDecoder(bytes.NewReader(body))}
	w.dec.UseNumber()
	_, err := w.value(len(m.OnlyFields) == 0, 0)
	if err != nil {
		return nil, false
	}
	_, err = w.dec.Token()
	return w.out, errors.Is(err, io.EOF)
}

// jsonReducer writes the part of a JSON document that counts.
type jsonReducer struct {
	match Match
	dec   *json.Decoder
	out   []byte
}

// value writes the next value. If all is set, the value counts as a whole. Otherwise only the named
// members count, with the objects and arrays that contain them. It reports whether anything counts.
func (w *jsonReducer) value(all bool, depth int) (counts bool, err error) {
	t, err := w.dec.Token()
	if err != nil {
		return false, err
	}
	if depth > canonical.MaxDepth {
		return false, canonical.ErrRaw
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return w.object(all, depth)
		}
		return w.array(all, depth)
	case string:
		if all {
			w.out, err = canonical.AppendString(w.out, w.match.likeness(t))
			return true, err
		}
	case json.Number:
		if like := w.match.likeness(string(t)); all && like != string(t) {
			w.out, err = canonical.AppendString(w.out, like)
			return true, err
		}
		if all {
			w.out = append(w.out, t...)
			return true, nil
		}
	default: // true, false, null
		if all {
			b, err := json.Marshal(t)
			w.out = append(w.out, b...)
			return true, err
		}
	}
	w.out = append(w.out, "null"...)
	return false, nil
}

func (w *jsonReducer) object(all bool, depth int) (counts bool, err error) {
	w.out = append(w.out, '{')
	first := true
	for w.dec.More() {
		t, err := w.dec.Token()
		if err != nil {
			return false, err
		}
		name, ok := t.(string)
		if !ok {
			return false, canonical.ErrRaw
		}
		before := len(w.out)
		if !first {
			w.out = append(w.out, ',')
		}
		if w.out, err = canonical.AppendString(w.out, name); err != nil {
			return false, err
		}
		w.out = append(w.out, ':')
		named := all || slices.Contains(w.match.OnlyFields, name)
		some, err := w.value(named, depth+1)
		if err != nil {
			return false, err
		}
		if !named && !some {
			w.out = w.out[:before]
			continue
		}
		first, counts = false, true
	}
	_, err = w.dec.Token()
	w.out = append(w.out, '}')
	return all || counts, err
}

// array writes each element, so that what counts keeps its place.
func (w *jsonReducer) array(all bool, depth int) (counts bool, err error) {
	w.out = append(w.out, '[')
	for i := 0; w.dec.More(); i++ {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		some, err := w.value(all, depth+1)
		if err != nil {
			return false, err
		}
		counts = counts || some
	}
	_, err = w.dec.Token()
	w.out = append(w.out, ']')
	return all || counts, err
}

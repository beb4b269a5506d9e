package interop

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// nock is a definition of nock.
type nock struct {
	Scope      string           `json:"scope"`
	Method     string           `json:"method"`
	Path       string           `json:"path"`
	Body       json.RawMessage  `json:"body"`
	Status     int              `json:"status"`
	Response   json.RawMessage  `json:"response"`
	Headers    nockHeaders      `json:"rawHeaders"`
	Older      nockHeaders      `json:"headers"`
	ReqHeaders map[string]texts `json:"reqheaders"`
	IsBinary   bool             `json:"responseIsBinary"`
}

// nockHeaders is an object, or a list in which names and values alternate.
type nockHeaders []pair

type pair struct{ name, value string }

// UnmarshalJSON implements json.Unmarshaler.
func (h *nockHeaders) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		var list []string
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
		for i := 0; i+1 < len(list); i += 2 {
			*h = append(*h, pair{list[i], list[i+1]})
		}
		return nil
	}
	var m map[string]texts
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		for _, v := range m[name] {
			*h = append(*h, pair{name, v})
		}
	}
	return nil
}

func readNock(r io.Reader, lim limits) iter.Seq2[*Record, error] {
	return each(jsonItems[nock](r, lim), func(v nock) (*Record, error) { return v.record(), nil })
}

func (v *nock) record() *Record {
	d := newDraft(v.Method, nockURL(v.Scope, v.Path))
	sent := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(v.ReqHeaders)) {
		for _, value := range v.ReqHeaders[name] {
			sent.Add(name, value)
			d.requestHeader(name, value)
		}
	}
	d.nockRequestBody(v.Body, sent)
	d.status(v.Status, "", "")
	headers := v.Headers
	if len(headers) == 0 {
		headers = v.Older
	}
	cookies := 0
	for _, h := range headers {
		if strings.EqualFold(h.name, "set-cookie") {
			cookies++
		}
		d.responseHeader(h.name, h.value)
	}
	if cookies == 1 {
		d.lose("Set-Cookie", "the recorder keeps the last of several")
	}
	d.responseBody(d.nockBody(v), false)
	return &d.Record
}

// nockURL joins a scope and a path, without the default port of the scheme.
func nockURL(scope, path string) string {
	if s, ok := strings.CutSuffix(scope, ":443"); ok && strings.HasPrefix(s, "https:") {
		scope = s
	} else if s, ok := strings.CutSuffix(scope, ":80"); ok && strings.HasPrefix(s, "http:") {
		scope = s
	}
	return scope + path
}

func (d *draft) nockRequestBody(raw json.RawMessage, sent http.Header) {
	length := lengthOf(sent)
	var text string
	switch {
	case len(raw) == 0 || string(raw) == "null":
	case json.Unmarshal(raw, &text) == nil:
		// A body that is not text is in hex, and no mark says so.
		if b, err := hex.DecodeString(text); err == nil && len(b) > 0 && length == int64(len(b)) && length != int64(len(text)) {
			d.requestBody(b)
			return
		}
	default:
		text = compacted(raw)
		if length != int64(len(text)) {
			d.lose("the body of the request", "the recorder parsed its JSON and wrote it again: numbers, spaces and escapes may differ")
		}
	}
	if length > 0 && text == "" {
		d.missingRequestBody()
	}
	d.requestBody([]byte(text))
}

// nockBody returns the body of a response: hex, a list of hex, JSON or text.
func (d *draft) nockBody(v *nock) []byte {
	var text string
	var list []string
	header := d.x.Response.Header
	switch raw := v.Response; {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case json.Unmarshal(raw, &text) == nil:
		if v.IsBinary {
			if b, err := hex.DecodeString(text); err == nil {
				return b
			}
			d.skip("the body of the response is not valid hex")
		}
		if strings.Contains(text, replacement) {
			d.lose("the bytes of the response", "there is U+FFFD for bytes that are not text: they are lost")
		}
		return []byte(text)
	case header.Get("Content-Encoding") != "" && json.Unmarshal(raw, &list) == nil:
		b, err := hex.DecodeString(strings.Join(list, ""))
		if err == nil {
			return b
		}
		d.skip("the body of the response is not valid hex")
		return nil
	default:
		text = compacted(raw)
		if lengthOf(header) != int64(len(text)) {
			d.lose("the bytes of the response", "the recorder parsed the JSON and wrote it again: numbers, spaces and escapes may differ")
		}
		return []byte(text)
	}
}

// compacted returns JSON without spaces.
func compacted(raw []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

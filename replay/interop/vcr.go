package interop

import (
	"encoding/json"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v3"
)

// vcr is an interaction of vcrpy, Ruby's VCR and betamax, whose formats have a common origin.
type vcr struct {
	Request struct {
		Method  string           `json:"method"`
		URI     string           `json:"uri"`
		Body    vcrBody          `json:"body"`
		Headers map[string]texts `json:"headers"`
	} `json:"request"`
	Response struct {
		Status struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"status"`
		Headers     map[string]texts `json:"headers"`
		Body        vcrBody          `json:"body"`
		HTTPVersion string           `json:"http_version" yaml:"http_version"`
	} `json:"response"`
	RecordedAt string `json:"recorded_at" yaml:"recorded_at"`
}

// vcrBody is a body: a text, or a mapping with a text or base64 and the name of the encoding.
type vcrBody struct {
	octets
	encoding string
}

type vcrBodyFields struct {
	String   octets `json:"string"`
	Base64   string `json:"base64_string" yaml:"base64_string"`
	Encoding string `json:"encoding"`
}

func (f *vcrBodyFields) body() (vcrBody, error) {
	if f.Base64 == "" {
		return vcrBody{f.String, f.Encoding}, nil
	}
	b, err := decodeBase64(f.Base64)
	return vcrBody{octets{b, true, true}, f.Encoding}, err
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (b *vcrBody) UnmarshalYAML(n *yaml.Node) (err error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return b.octets.UnmarshalYAML(n)
	}
	var f vcrBodyFields
	if err = n.Decode(&f); err == nil {
		*b, err = f.body()
	}
	return err
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *vcrBody) UnmarshalJSON(text []byte) (err error) {
	if len(text) > 0 && text[0] != '{' {
		return b.octets.UnmarshalJSON(text)
	}
	var f vcrBodyFields
	if err = json.Unmarshal(text, &f); err == nil {
		*b, err = f.body()
	}
	return err
}

// readVCR reads a cassette in YAML, or in JSON.
func readVCR(r io.Reader, f Format, isJSON bool, lim limits) iter.Seq2[*Record, error] {
	list, closing := "interactions", "version"
	if f != VCRPy {
		list, closing = "http_interactions", "recorded_with"
	}
	if isJSON {
		return each(jsonItems[vcr](r, lim, list), func(v vcr) (*Record, error) { return v.record(f), nil })
	}
	return each(yamlItems(r, list, closing, lim), func(item yamlItem) (*Record, error) {
		v, err := decodeYAML[vcr](item.text, lim)
		switch {
		case err != nil:
			return nil, err
		case item.last && !v.isWhole(f, item):
			return nil, errCut()
		}
		rec := v.record(f)
		if item.last {
			rec.lose("the end of the file", "there is no "+closing+" after the list, which the recorder writes: if the file is cut, exchanges are missing")
		}
		return rec, nil
	})
}

// isWhole reports whether an item has the last field that its recorder writes.
func (v *vcr) isWhole(f Format, item yamlItem) bool {
	if f == VCRPy {
		return v.Response.Status.Code != 0 && !item.isCut()
	}
	return !vcrTime(v.RecordedAt).IsZero()
}

func (v *vcr) record(f Format) *Record {
	q, s := &v.Request, &v.Response
	d := newDraft(q.Method, q.URI)
	sent := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(q.Headers)) {
		for _, value := range q.Headers[name] {
			sent.Add(name, value)
			d.requestHeader(name, value)
		}
	}
	body := q.Body.bytes
	if lengthOf(sent) > 0 && len(body) == 0 {
		d.missingRequestBody()
	}
	if !q.Body.encoded && !isASCII(string(body)) {
		if b, ok := encodeAs(strings.ToLower(q.Body.encoding), string(body)); ok {
			body = b
		}
	}
	d.requestBody(body)
	if f == Betamax && !q.Body.encoded && strings.Contains(string(body), replacement) {
		d.lose("the body of the request", "the recorder put U+FFFD for bytes that are not text: they are lost, and another body is compared")
	}
	d.status(s.Status.Code, s.Status.Message, s.HTTPVersion)
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		values := s.Headers[name]
		if f == RubyVCR && len(values) > 1 {
			d.lose("the header "+quoteSafe(name), "the recorder sorted its values")
		}
		for _, value := range values {
			d.responseHeader(name, value)
		}
	}
	d.responseBody(d.vcrText(&s.Body, f))
	d.x.Start = vcrTime(v.RecordedAt)
	return &d.Record
}

// vcrText returns the bytes of a body, and whether the recorder has decoded its content coding.
func (d *draft) vcrText(b *vcrBody, f Format) ([]byte, bool) {
	body := b.bytes
	if b.encoded {
		return body, false
	}
	text := string(body)
	switch {
	case isASCII(text):
	case f == Betamax && strings.Contains(text, replacement):
		d.lose("the bytes of the response", "the recorder put U+FFFD for bytes that are not text: they are lost")
	case f != VCRPy:
		if again, ok := encodeAs(strings.ToLower(b.encoding), text); ok {
			d.lose("the bytes of the response", "the recorder turned them into Unicode; they are encoded again as "+quoteSafe(strings.ToLower(b.encoding)))
			body = again
		}
	}
	// Compressed data is not text.
	return body, len(body) > 0
}

// vcrTime returns the time of a recording, or zero. Ruby writes an HTTP date. betamax writes no
// zone, and UTC is assumed.
func vcrTime(s string) time.Time {
	for _, layout := range []string{http.TimeFormat, time.RFC1123Z, time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

package interop

import (
	"io"
	"iter"
	"maps"
	"slices"
	"time"
)

// goVCR is an interaction of go-vcr. Its form is ignored: v3 fills it only from the body, v4 from
// the query too, and both call themselves version 2.
type goVCR struct {
	Request struct {
		Method        string           `yaml:"method"`
		URL           string           `yaml:"url"`
		Host          string           `yaml:"host"`
		Headers       map[string]texts `yaml:"headers"`
		Body          octets           `yaml:"body"`
		ContentLength int64            `yaml:"content_length"`
	} `yaml:"request"`
	Response struct {
		Proto            string           `yaml:"proto"`
		TransferEncoding texts            `yaml:"transfer_encoding"`
		Trailer          map[string]texts `yaml:"trailer"`
		ContentLength    *int64           `yaml:"content_length"`
		Uncompressed     bool             `yaml:"uncompressed"`
		Body             octets           `yaml:"body"`
		Headers          map[string]texts `yaml:"headers"`
		Status           string           `yaml:"status"`
		Code             int              `yaml:"code"`
		Duration         string           `yaml:"duration"`
	} `yaml:"response"`
}

func readGoVCR(r io.Reader, lim limits) iter.Seq2[*Record, error] {
	return each(yamlItems(r, "interactions", "", lim), func(item yamlItem) (*Record, error) {
		v, err := decodeYAML[goVCR](item.text, lim)
		if err != nil {
			return nil, err
		}
		// The duration is the last field, and the status the last one that matters.
		if _, err := time.ParseDuration(v.Response.Duration); item.last && (v.Response.Code == 0 || item.isCut() && err != nil) {
			return nil, errCut()
		}
		return v.record(), nil
	})
}

func (v *goVCR) record() *Record {
	q, s := &v.Request, &v.Response
	d := newDraft(q.Method, q.URL)
	for _, name := range slices.Sorted(maps.Keys(q.Headers)) {
		for _, value := range q.Headers[name] {
			d.requestHeader(name, value)
		}
	}
	if q.Host != "" {
		d.requestHeader("Host", q.Host)
	}
	d.requestBody(q.Body.bytes)
	if q.ContentLength > 0 && len(q.Body.bytes) == 0 {
		d.missingRequestBody()
	}
	d.status(s.Code, s.Status, s.Proto)
	resp := d.x.Response
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		for _, value := range s.Headers[name] {
			d.responseHeader(name, value)
		}
	}
	if len(s.TransferEncoding) > 0 {
		resp.TransferEncoding = s.TransferEncoding
	}
	if s.ContentLength != nil {
		resp.ContentLength = *s.ContentLength
	}
	d.responseBody(s.Body.bytes, s.Uncompressed)
	if s.Uncompressed {
		resp.Uncompressed = true
	}
	if resp.ContentLength > 0 && resp.Header.Get("Content-Length") == "" && !d.carriesNone() {
		resp.ContentLength = int64(len(resp.Body))
	}
	if resp.NoBody && resp.ContentLength < 0 && !d.carriesNone() {
		resp.NoBody = false
	}
	for name, values := range s.Trailer {
		if resp.Trailer == nil {
			resp.Trailer = map[string][]string{}
		}
		resp.Trailer[name] = values
	}
	if took, err := time.ParseDuration(s.Duration); err == nil && took > 0 {
		d.x.FirstByte, d.x.Total = took, took
	}
	return &d.Record
}

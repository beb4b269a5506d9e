package interop

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

func contentLength(h harPair) int64 {
	if !strings.EqualFold(h.Name, "content-length") {
		return 0
	}
	n, err := strconv.ParseInt(string(h.Value), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// harHeaders adds the headers of a response. Chrome joins headers of one name by line breaks, other
// recorders by ", ".
func (d *draft) harHeaders(list []harPair, f Format) {
	for _, h := range list {
		for value := range strings.SplitSeq(string(h.Value), "\n") {
			if strings.EqualFold(h.Name, "set-cookie") {
				d.joinedCookies(value)
				if f == Polly && h.From == "" { // the adapter for fetch
					d.lose("Set-Cookie", "the recorder keeps the last of several")
				}
			} else {
				d.responseHeader(h.Name, value)
			}
		}
	}
}

// harPosted sets the body of the request.
func (d *draft) harPosted(q *harRequest, length int64, attached files) error {
	size := max(q.BodySize, length)
	switch p := q.PostData; {
	case p != nil && p.File != "":
		b, ok, err := attached.body(p.File)
		if err != nil {
			return err
		}
		if !ok {
			d.skip("the body of the request is in another file, which is not read")
		}
		d.requestBody(b)
	case p != nil && p.Text != nil && p.Encoding == "base64":
		b, err := decodeBase64(*p.Text)
		if err != nil {
			d.skip("the body of the request is not valid base64")
		}
		d.requestBody(b)
	case p != nil && p.Text != nil && (*p.Text != "" || size <= 0):
		d.requestBody(d.postedText(*p.Text, size))
	case p != nil || size > 0 || posts(d.x.Request.Method) && d.x.Request.Header.Get("Content-Type") != "":
		d.missingRequestBody()
	}
	return nil
}

func posts(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

// postedText returns the bytes of a posted text in UTF-8. If they do not have the length that was
// sent, it tries one byte for each character.
func (d *draft) postedText(s string, size int64) []byte {
	if size > 0 && int64(len(s)) != size {
		if b, ok := latin1(s); ok && int64(len(b)) == size {
			return b
		}
		d.lose("the body of the request", "its length in the file is not the one that was sent: another body is compared")
	}
	return []byte(s)
}

// harBody returns the body of a response, and whether its content coding was decoded.
func (d *draft) harBody(s *harResponse, f Format, attached files) (body []byte, decoded bool, err error) {
	c := &s.Content
	switch {
	case d.carriesNone():
		return nil, false, nil
	case c.File != "":
		b, ok, err := attached.body(c.File)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			d.skip("the body of the response is in another file, which is not read")
		}
		return d.unlessRaw(d.attachedText(b, s.BodySize))
	case c.Text == nil:
		d.omitted(s)
		return nil, true, nil
	case c.Encoding == "base64":
		if f == Polly && strings.HasPrefix(*c.Text, "[") {
			return d.pollyChunks(*c.Text)
		}
		b, err := decodeBase64(*c.Text)
		if err != nil {
			d.skip("the body of the response is not valid base64")
		}
		return d.unlessRaw(b)
	}
	if strings.Contains(*c.Text, replacement) {
		d.lose("the bytes of the response", "there is U+FFFD, which usually stands for bytes that are not text: those are lost")
	}
	return d.text(*c.Text), true, nil
}

// omitted decides what to do with a response whose body is not in the file.
func (d *draft) omitted(s *harResponse) {
	code := s.Status
	switch {
	case s.Content.Size == 0 || s.BodySize == 0 && s.Content.Size < 0:
	case code >= 300 && code < 400:
		d.lose("the body of the response", "a redirect is kept without it")
	default:
		d.skip("the body of the response is not in the file")
	}
}

// attachedText returns the bytes of a body in a separate file. A text in it is UTF-8, whatever its
// charset was. The size on the wire shows whether it was UTF-8.
func (d *draft) attachedText(b []byte, wire int64) []byte {
	if int64(len(b)) == wire || isASCII(string(b)) || !utf8.Valid(b) || d.x.Response.Header.Get("Content-Encoding") != "" {
		return b
	}
	if n := lengthOf(d.x.Response.Header); n == int64(len(b)) {
		return b
	}
	return d.text(string(b))
}

// unlessRaw reports a body as decoded, unless it is still gzip as the header says.
func (d *draft) unlessRaw(b []byte) ([]byte, bool, error) {
	coding := strings.ToLower(d.x.Response.Header.Get("Content-Encoding"))
	if (coding == "gzip" || coding == "x-gzip") && bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		if _, err := gunzip(b); err == nil {
			return b, false, nil
		}
	}
	return b, true, nil
}

// pollyChunks returns the bytes of a JSON list of chunks in base64.
func (d *draft) pollyChunks(text string) ([]byte, bool, error) {
	var chunks []string
	var body []byte
	if err := json.Unmarshal([]byte(text), &chunks); err != nil {
		d.skip("the body of the response is not a valid list of chunks")
	}
	for _, c := range chunks {
		b, err := decodeBase64(c)
		if err != nil {
			d.skip("the body of the response is not valid base64")
		}
		body = append(body, b...)
	}
	return body, false, nil
}

// replacement replaces bytes that are not text: U+FFFD.
const replacement = "\ufffd"

// maxDecoded is the longest body after decoding.
const maxDecoded = 64 << 20

var errTooLong = errors.New("interop: the decoded body is too long")

func gunzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxDecoded+1))
	if err == nil && len(plain) > maxDecoded {
		err = errTooLong
	}
	return plain, err
}

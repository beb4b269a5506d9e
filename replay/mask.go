package replay

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// masker masks secrets in what goes onto a tape.
type masker struct {
	red     *redact.Redactor
	max     int64    // the longest body in bytes after decoding
	codings []Coding // Options.Codings
	// cookie returns the text on the tape for the value of a cookie.
	cookie func(name, value string) string
}

// body masks a body inside its codings. It returns errOpaque if the body cannot be decoded, and
// ErrSecret if a literal is left in it.
func (m masker) body(h http.Header, b []byte) ([]byte, error) {
	if len(b) == 0 {
		return b, nil
	}
	plain, packing, err := m.open(h, b)
	if err != nil {
		return nil, err
	}
	contentType := h.Get("Content-Type")
	for _, text := range packing.texts {
		if m.red.Leaks(text) || !bytes.Equal(m.red.Body(contentType, text), text) {
			return nil, errOpaque
		}
	}
	masked := m.red.Body(contentType, plain)
	if !bytes.Equal(masked, plain) {
		masked = m.red.Body(contentType, m.links(plain))
	}
	if m.red.Leaks(masked) {
		return nil, ErrSecret
	}
	if bytes.Equal(masked, plain) {
		return b, nil
	}
	return packing.pack(masked)
}

// exchange masks the response of x, whose request is masked already, and checks once more for
// registered literals. If keep is set, the body of the response stays as it is, and kept reports
// whether there were secrets in it. After an error x must not be stored.
func (m masker) exchange(x *store.Exchange, keep bool) (kept bool, err error) {
	if r := x.Response; r != nil {
		ended := x.Complete && x.Fault == nil
		before, err := m.response(r, ended)
		if err != nil {
			return false, fmt.Errorf("%w: %s", err, m.named(x))
		}
		x.Masked = !bytes.Equal(r.Body, before.Body)
		if keep && x.Masked {
			if err := m.keep(r, &before, ended); err != nil {
				return false, fmt.Errorf("%w: %s", err, m.named(x))
			}
			x.Masked, kept = false, true
		}
		if x.Masked {
			dropSums(r, &before)
		}
	}
	if m.red.LongestLiteral() > 0 {
		// Only body looks into a compressed body.
		if b, _ := x.MarshalBinary(); m.red.Leaks(b) {
			return false, fmt.Errorf("%w: %s", ErrSecret, m.named(x))
		}
	}
	return kept, nil
}

// response masks a response whose body has ended or not. It returns the response as it was, with
// its header and body unchanged.
func (m masker) response(r *store.Response, ended bool) (before store.Response, err error) {
	before = *r
	body, err := m.body(r.Header, r.Body)
	if err != nil {
		return before, err
	}
	if n := m.red.LiteralBegun(body); n > 0 && !ended {
		body = append(body[:len(body)-n:len(body)-n], redact.Mask...)
	}
	header := m.lent
	if !bytes.Equal(body, r.Body) { // the header will be changed too
		header = m.header
	}
	r.Header, r.Trailer = header(r.Header), m.header(r.Trailer)
	r.Status = m.red.Text(r.Status)
	r.Body = body
	resize(r, &before, ended)
	return before, nil
}

// named returns the name of an exchange in an error, without registered literals.
func (m masker) named(x *store.Exchange) string { return m.literals(x.Request.Method + " " + x.Route) }

// literals masks a text in which nothing but a registered literal can be a secret.
func (m masker) literals(s string) string {
	if m.red.Leaks([]byte(s)) {
		return m.red.Text(s)
	}
	return s
}

// keep restores the original body of a masked response. The body may have secrets in it but no
// registered literal, and if it has not ended, not the start of one.
func (m masker) keep(masked, original *store.Response, ended bool) error {
	plain, _, err := m.open(original.Header, original.Body)
	switch {
	case err != nil:
		return err
	case m.red.Leaks(plain), !ended && m.red.LiteralBegun(plain) > 0:
		return ErrSecret
	}
	masked.Body, masked.ContentLength = original.Body, original.ContentLength
	if length := original.Header["Content-Length"]; length != nil {
		masked.Header["Content-Length"] = length
	}
	return nil
}

// fault returns the redacted record of a transport error.
func (m masker) fault(err error) *store.Fault {
	f := store.FaultOf(err)
	f.Text = m.red.Text(f.Text)
	return f
}

package replay

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// masker takes secrets out of what goes to a tape.
type masker struct {
	red     *redact.Redactor
	max     int64    // bytes of a body when decompressed
	codings []Coding // of the options
	// cookie returns what stands on the tape for the value of a cookie.
	cookie func(name, value string) string
}

// header returns a masked copy. Names of other resources are masked as their
// requests are, so that they still lead there.
func (m masker) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	out := m.red.Headers(h)
	for _, name := range []string{"Location", "Content-Location", "Referer"} {
		for i, v := range h[name] {
			if !m.red.Header(name) {
				out[name][i] = m.url(v)
			}
		}
	}
	for i, v := range h["Set-Cookie"] {
		if m.red.Header("Set-Cookie") {
			out["Set-Cookie"][i] = m.setCookie(v)
		}
	}
	return out
}

// body masks a body, through its codings. The error is errOpaque where it cannot be
// looked into, ErrSecret where a literal is left.
func (m masker) body(h http.Header, b []byte) ([]byte, error) {
	if len(b) == 0 {
		return b, nil
	}
	plain, packing, err := m.open(h, b)
	if err != nil {
		return nil, err
	}
	for _, text := range packing.texts {
		if m.red.Leaks(text) || !bytes.Equal(m.red.Body(h.Get("Content-Type"), text), text) {
			return nil, errOpaque
		}
	}
	masked := m.red.Body(h.Get("Content-Type"), plain)
	if !bytes.Equal(masked, plain) {
		masked = m.red.Body(h.Get("Content-Type"), m.links(plain))
	}
	if m.red.Leaks(masked) {
		return nil, ErrSecret
	}
	if bytes.Equal(masked, plain) {
		return b, nil
	}
	return packing.pack(masked)
}

// exchange masks the response of x, whose request is masked already, and looks
// once more for registered literals. With keep, the body of the response stays as
// it is, and kept says that there were secrets in it. It does not touch x.
func (m masker) exchange(x *store.Exchange, keep bool) (out *store.Exchange, kept bool, err error) {
	out = new(*x)
	if x.Response != nil {
		resp, err := m.response(x.Response)
		if err != nil {
			return nil, false, fmt.Errorf("%w: %s", err, m.named(x))
		}
		out.Response, out.Masked = resp, !bytes.Equal(resp.Body, x.Response.Body)
		if keep && out.Masked {
			if err := m.keep(resp, x.Response); err != nil {
				return nil, false, fmt.Errorf("%w: %s", err, m.named(x))
			}
			out.Masked, kept = false, true
		}
		if out.Masked {
			dropSums(resp, x.Response)
		}
	}
	if m.red.LongestLiteral() > 0 {
		// A compressed body is looked into by body alone.
		if b, _ := out.MarshalBinary(); m.red.Leaks(b) {
			return nil, false, fmt.Errorf("%w: %s", ErrSecret, m.named(x))
		}
	}
	return out, kept, nil
}

func (m masker) response(resp *store.Response) (*store.Response, error) {
	r := *resp
	body, err := m.body(r.Header, r.Body)
	if err != nil {
		return nil, err
	}
	r.Header, r.Trailer = m.header(r.Header), m.header(r.Trailer)
	r.Status = m.red.Text(r.Status)
	r.Body = body
	resize(&r, resp)
	return &r, nil
}

// named returns what names an exchange in an error, without registered literals.
func (m masker) named(x *store.Exchange) string { return m.literals(x.Request.Method + " " + x.Route) }

// literals masks a text in which nothing but a registered literal can be a secret.
func (m masker) literals(s string) string {
	if m.red.Leaks([]byte(s)) {
		return m.red.Text(s)
	}
	return s
}

// keep gives a masked response its original body, which may have secrets in it but
// no registered literal.
func (m masker) keep(masked, original *store.Response) error {
	plain, _, err := m.open(original.Header, original.Body)
	switch {
	case err != nil:
		return err
	case m.red.Leaks(plain):
		return ErrSecret
	}
	masked.Body, masked.ContentLength = original.Body, original.ContentLength
	if length := original.Header["Content-Length"]; length != nil {
		masked.Header["Content-Length"] = length
	}
	return nil
}

// fault returns what is kept of a transport error.
func (m masker) fault(err error) *store.Fault {
	f := store.FaultOf(err)
	f.Text = m.red.Text(f.Text)
	return f
}

package auth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// An Auth is the layer that [Header], [Basic], [Bearer] and [New] return. It is also an
// override, and prints without its secret. It is safe for concurrent use. It may be part of
// several stacks, which then share its token.
type Auth struct {
	header  string // the canonical name
	origins originSet
	fixed   string  // the value of the header if tokens is nil
	tokens  *tokens // nil for a fixed value
}

const layerName = "auth"

// Wrap implements [transport.Layer].
func (a *Auth) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(layerName, a, next, a.trip)
}

// Attach implements [transport.Override].
func (a *Auth) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{a})
}

// override is what is attached to a context. A nil auth is [Off].
type override struct{ auth *Auth }

// Needs returns the layer that a credential needs.
func (o override) Needs() string {
	if o.auth == nil {
		return ""
	}
	return layerName
}

// Off is an override that sets no credential:
//
//	ctx = transport.With(ctx, auth.Off)
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{})
}

// String returns "auth: off".
func (off) String() string { return "auth: off" }

// String returns the name of the header and the origins, without the secret.
func (a Auth) String() string {
	return "auth: " + a.credential() + " for " + strings.Join(a.origins.texts(), ", ")
}

// credential describes the credential without its secret.
func (a Auth) credential() string {
	if a.tokens != nil {
		return a.header + " from a source"
	}
	return a.header
}

// Format implements [fmt.Formatter], so that no verb prints the secret.
func (a Auth) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue implements [slog.LogValuer].
func (a Auth) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Explain implements [transport.Explainer].
func (a *Auth) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true, Credentials: true})
	each := a.origins.texts()
	for i, o := range each {
		each[i] = a.credential() + " for " + o
	}
	for _, line := range brief.Lines(each) {
		p.Note("auth: %s", line)
	}
	if a.tokens != nil {
		p.Sends *= 2
		p.Buffered += bodyLimit
	}
	if a.origins.any {
		p.Warn("auth sends %s to any origin that the client calls", a.header)
	}
	var plain []string
	for _, o := range a.origins.list {
		if o.Scheme == "http" && !loopback(o) {
			plain = append(plain, a.header+" is sent to "+o.String()+" unencrypted")
		}
	}
	for _, line := range brief.Lines(plain) {
		p.Warn("auth: %s", line)
	}
}

func (a *Auth) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if o, ok := layer.Setting[override](req.Context()); ok {
		if a = o.auth; a == nil {
			return next.RoundTrip(req)
		}
	}
	switch {
	case !a.origins.allow(req), has(req.Header, a.header):
		return next.RoundTrip(req)
	case req.Header == nil: // malformed, which the base reports
		return next.RoundTrip(req)
	case a.tokens == nil:
		return a.send(req, a.fixed, next)
	case fromSourceOf(req.Context(), a):
		return next.RoundTrip(req)
	}
	return a.sendToken(c, req, next)
}

// has reports whether the caller has set the header, in any spelling.
func has(h http.Header, name string) bool {
	if _, ok := h[name]; ok {
		return true
	}
	for n := range h {
		if ascii.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// A signed is a copy of a request and its credential, in one allocation.
type signed struct {
	http.Request
	value [1]string
}

// sign returns a copy of req with the credential. The other header values are shared with req,
// since nobody changes them.
func (a *Auth) sign(req *http.Request, value string) *http.Request {
	s := &signed{value: [1]string{value}}
	s.Request = *req.WithContext(req.Context())
	s.Header = maps.Clone(req.Header)
	s.Header[a.header] = s.value[:]
	return &s.Request
}

// send sets the credential on a copy of req and sends it. The response shows the request without
// it.
func (a *Auth) send(req *http.Request, value string, next http.RoundTripper) (*http.Response, error) {
	signed := a.sign(req, value)
	resp, err := next.RoundTrip(signed)
	if resp == nil {
		return resp, err
	}
	switch sent := resp.Request; {
	case sent == nil, sent == signed:
		resp.Request = req
	case has(sent.Header, a.header): // an inner layer has made a copy
		resp.Request = layer.Edit(sent)
		resp.Request.Header.Del(a.header)
	}
	return resp, err
}

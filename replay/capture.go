package replay

import (
	"bytes"
	"hash"
	"io"
	"net/http"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// capturer finds out what is compared and recorded of a request.
type capturer struct {
	masker     masker
	match      Match
	who        identifier
	maxRequest int64
	hostName   func(string) string // Options.Host
}

// captured is a request as compared and recorded.
type captured struct {
	send   *http.Request  // what is passed on: the request itself, or a copy with a body that was read
	record *store.Request // redacted; nil while the body is not known
	keys   [1]store.Key   // its own key, zero while the body is not known
	room   store.Request  // the memory of record
	lent   bool           // nothing is recorded, so record may share the header of the request

	identity, secrets []byte     // parts of the key, as in store.Exchange
	masked            []byte     // the body, if it had masks in it already
	unhashed          *store.Key // the key without hashes behind masks; nil if there are none

	// The following fields are set only if the body could not be read before it was sent.
	body   *sentBody
	header http.Header
	host   string
}

// keyOf returns the key of an exchange by the rules of this tape, which may differ from those by
// which it was recorded.
func (c *capturer) keyOf(x *store.Exchange) store.Key {
	r := x.Request
	r.URL, r.Header = c.masker.url(r.URL), c.masker.header(r.Header)
	if body, err := c.masker.body(r.Header, r.Body); err == nil {
		r.Body = body
	}
	keepHashes(r.Header, x.Request.Header)
	return c.match.key(&r).As(x.Identity, x.Secrets)
}

// capture reads what is compared of a request. If its body cannot be read twice, a mode that needs
// the key first reads up to maxRequest bytes ahead. ModeRecord copies the body while it is sent.
func (c *capturer) capture(req *http.Request, mode Mode) (*captured, error) {
	p := &captured{send: req, lent: mode == ModeReplay}
	if req.Body == nil || req.Body == http.NoBody {
		c.describe(p, req, nil, 0, nil)
		return p, nil
	}
	if req.GetBody != nil && (mode != ModeRecord || !bodies.Streamed(req)) && c.captureAgain(p, req) {
		return p, nil
	}
	if mode == ModeRecord || mode == ModeSmart && req.ContentLength > c.maxRequest {
		c.watch(p, req, req.Body)
		return p, nil
	}
	head, rest, err := c.readAhead(req, req.Body)
	if err != nil {
		return nil, err
	}
	switch {
	case !rest:
		c.describe(p, req, head, int64(len(head)), nil)
		p.send = req.WithContext(req.Context())
		p.send.Body = readCloser{bytes.NewReader(head), req.Body}
	case mode == ModeReplay:
		if err := c.describeLong(p, req, head, req.Body); err != nil {
			return nil, err
		}
	default:
		c.watch(p, req, readCloser{io.MultiReader(bytes.NewReader(head), req.Body), req.Body})
	}
	return p, nil
}

// captureAgain reads a second copy of the body. It returns false if there is none.
func (c *capturer) captureAgain(p *captured, req *http.Request) bool {
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	defer closeAhead(req, body)
	head, rest, err := c.readAhead(req, body)
	switch {
	case err != nil:
		return false
	case !rest:
		c.describe(p, req, head, int64(len(head)), nil)
		return true
	}
	return c.describeLong(p, req, head, body) == nil
}

// readAhead reads up to maxRequest bytes of a body of req, and one more. rest says that there are
// more than maxRequest.
func (c *capturer) readAhead(req *http.Request, r io.Reader) (head []byte, rest bool, err error) {
	head, err = ahead(req, func() ([]byte, error) { return io.ReadAll(io.LimitReader(r, c.maxRequest+1)) })
	return head, int64(len(head)) > c.maxRequest, err
}

func (c *capturer) hashOf(header http.Header, head []byte) hash.Hash {
	h := c.match.newBodySum(header)
	_, _ = h.Write(head)
	return h
}

// describeLong describes a request whose body, head and rest, is too long to be kept.
func (c *capturer) describeLong(p *captured, req *http.Request, head []byte, rest io.Reader) error {
	sum := c.hashOf(req.Header, head)
	n, err := ahead(req, func() (int64, error) { return io.Copy(sum, rest) })
	if err != nil {
		return err
	}
	c.describe(p, req, nil, int64(len(head))+n, sum.Sum(nil))
	return nil
}

// describe fills in the redacted request and its key. sum is the SHA-256 of a body that is too long
// to be kept.
func (c *capturer) describe(p *captured, req *http.Request, body []byte, size int64, sum []byte) {
	req = c.renamed(req)
	asked := req.URL.String()
	r := &p.room
	*r = store.Request{Method: methodOf(req.Method), URL: c.masker.url(asked), BodySize: size, BodySum: sum}
	if p.lent {
		r.Header = c.masker.lent(req.Header)
	} else {
		r.Header = c.masker.header(req.Header)
	}
	if req.Host != "" && req.Host != req.URL.Host {
		r.Host = req.Host
	}
	if sum == nil {
		header := req.Header
		if c.match.chunked(header) {
			if payload, ok := payloadOf(body); ok {
				header, body, r.BodySize = withoutChunks(header), payload, int64(len(payload))
			}
		}
		masked, err := c.masker.body(header, body)
		if err != nil {
			r.BodySum = c.hashOf(req.Header, body).Sum(nil)
		} else {
			r.Body = masked
			if bytes.Contains(body, []byte(redact.Mask)) {
				p.masked = body
			}
			p.secrets = c.who.secrets(req.URL, header, body, masked)
		}
	}
	p.identity = c.who.of(req, asked, r)
	if len(c.match.Headers) > 0 {
		plain := *r
		plain.Header = r.Header.Clone()
		if c.who.hashed(r.Header, req.Header) {
			unhashed := c.match.key(&plain)
			p.unhashed = &unhashed
		}
	}
	p.record = r
	p.keys[0] = c.match.key(r).As(p.identity, p.secrets)
}

// renamed returns the request with the name of its host.
func (c *capturer) renamed(req *http.Request) *http.Request {
	if c.hostName == nil {
		return req
	}
	u := *req.URL
	u.Host = c.hostName(u.Host)
	r := *req
	r.URL = &u
	if r.Host != "" {
		r.Host = c.hostName(r.Host)
	}
	return &r
}

// watch makes the request that is sent. Its body is copied while it is read.
func (c *capturer) watch(p *captured, req *http.Request, body io.ReadCloser) {
	p.body = &sentBody{inner: body, sum: c.match.newBodySum(req.Header), max: c.maxRequest, length: req.ContentLength}
	p.send = req.WithContext(req.Context())
	p.send.Body = p.body
	// The caller may change its headers after RoundTrip, and the body may be read until later.
	p.header, p.host = req.Header.Clone(), req.Host
}

// complete describes a request whose body was watched, after its response has ended. It reports
// whether the whole body was seen.
func (c *capturer) complete(p *captured) bool {
	if p.record != nil {
		return true
	}
	body, size, sum, ok := p.body.seen()
	if !ok {
		return false
	}
	req := p.send.WithContext(p.send.Context())
	req.Header, req.Host = p.header, p.host
	c.describe(p, req, body, size, sum)
	return true
}

type readCloser struct {
	io.Reader
	io.Closer
}

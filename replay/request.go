package replay

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"sync"

	"github.com/gracy-go/gracy/layer/bodies"
)

// asked is a request as it is compared and recorded.
type asked struct {
	send   *http.Request // what to hand on: the request itself, or a copy with a body that was looked at
	record *Request      // redacted; nil while the body is not known
	key    Key
	tee    *sentBody // the body while it is sent, where it could not be looked at before
	header http.Header
	host   string
}

// ask looks at a request. Where its body cannot be read twice, a mode that
// needs the key first reads up to MaxRequest bytes ahead, and Record watches
// the body go by.
func (t *Tape) ask(req *http.Request, mode Mode) (*asked, error) {
	a := &asked{send: req}
	if req.Body == nil || req.Body == http.NoBody {
		t.know(a, req, nil, 0, nil)
		return a, nil
	}
	if req.GetBody != nil && (mode != Record || !bodies.Streamed(req)) {
		if body, err := req.GetBody(); err == nil {
			head, rest, err := t.readAhead(body)
			sum, size := hashOf(head), int64(len(head))
			if err == nil && rest {
				var n int64
				n, err = io.Copy(sum, body)
				size += n
			}
			_ = body.Close()
			if err == nil {
				if !rest {
					t.know(a, req, head, size, nil)
				} else {
					t.know(a, req, nil, size, sum.Sum(nil))
				}
				return a, nil
			}
		}
	}
	if mode == Record || mode == Smart && req.ContentLength > t.opts.MaxRequest {
		t.watch(a, req, req.Body)
		return a, nil
	}
	head, rest, err := t.readAhead(req.Body)
	if err != nil {
		return nil, err
	}
	switch {
	case !rest:
		t.know(a, req, head, int64(len(head)), nil)
		a.send = req.WithContext(req.Context())
		a.send.Body = readCloser{bytes.NewReader(head), req.Body}
	case mode == Replay:
		sum := hashOf(head)
		n, err := io.Copy(sum, req.Body)
		if err != nil {
			return nil, err
		}
		t.know(a, req, nil, int64(len(head))+n, sum.Sum(nil))
	default:
		t.watch(a, req, readCloser{io.MultiReader(bytes.NewReader(head), req.Body), req.Body})
	}
	return a, nil
}

// readAhead reads up to MaxRequest bytes; rest says that there are more.
func (t *Tape) readAhead(r io.Reader) (head []byte, rest bool, err error) {
	head, err = io.ReadAll(io.LimitReader(r, t.opts.MaxRequest+1))
	return head, int64(len(head)) > t.opts.MaxRequest, err
}

func hashOf(head []byte) hash.Hash {
	h := sha256.New()
	_, _ = h.Write(head)
	return h
}

// know fills in the redacted request and its key.
func (t *Tape) know(a *asked, req *http.Request, body []byte, size int64, sum []byte) {
	r := &Request{
		Method: methodOf(req.Method), URL: t.clean.url(req.URL.String()), Header: t.clean.header(req.Header),
		BodySize: size, BodySum: sum,
	}
	if req.Host != "" && req.Host != req.URL.Host {
		r.Host = req.Host
	}
	if sum == nil {
		masked, err := t.clean.body(req.Header, body)
		if err != nil {
			r.BodySum = hashOf(body).Sum(nil)
		} else {
			r.Body = masked
		}
	}
	a.record = r
	a.key = t.opts.Match.key(r)
}

// watch sends a copy of req whose body is looked at as it goes.
func (t *Tape) watch(a *asked, req *http.Request, body io.ReadCloser) {
	a.tee = &sentBody{inner: body, sum: sha256.New(), max: t.opts.MaxRequest}
	a.send = req.WithContext(req.Context())
	a.send.Body = a.tee
	// The caller may change its headers once RoundTrip is over; the body may
	// go on until then.
	a.header, a.host = req.Header.Clone(), req.Host
}

// settle makes up for what watch could not know, once the answer is over. It
// reports whether the whole body was seen.
func (t *Tape) settle(a *asked) bool {
	if a.record != nil {
		return true
	}
	body, size, sum, ok := a.tee.seen()
	if !ok {
		return false
	}
	req := a.send.WithContext(a.send.Context())
	req.Header, req.Host = a.header, a.host
	t.know(a, req, body, size, sum)
	return true
}

type readCloser struct {
	io.Reader
	io.Closer
}

// sentBody keeps up to max bytes of a request body and hashes all of it. The
// transport may still read it when the answer is over.
type sentBody struct {
	inner io.ReadCloser

	mu   sync.Mutex
	kept []byte
	sum  hash.Hash
	max  int64
	size int64
	over bool // read to its end
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size += int64(n)
	_, _ = b.sum.Write(p[:n])
	if b.size <= b.max {
		b.kept = append(b.kept, p[:n]...)
	} else {
		b.kept = nil
	}
	b.over = b.over || err == io.EOF
	return n, err
}

func (b *sentBody) Close() error { return b.inner.Close() }

// seen returns the body, or the hash of a long one, if it was read to its end.
func (b *sentBody) seen() (body []byte, size int64, sum []byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size > b.max {
		sum = b.sum.Sum(nil)
	}
	return b.kept, b.size, sum, b.over
}

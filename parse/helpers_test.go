package parse_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

type pokemon struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

const pikachu = `{"id":25,"name":"pikachu"}`

// base is a round tripper of a function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

// closing counts how often a body was closed and whether it was read to its end.
type closing struct {
	io.Reader
	closed int
	ended  bool
}

func (c *closing) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.ended = c.ended || err == io.EOF
	return n, err
}

func (c *closing) Close() error { c.closed++; return nil }

// reply is one scripted answer.
type reply struct {
	status int
	typ    string // default application/json
	body   string
	header http.Header
	err    error
	reader io.Reader // in place of body
}

// server answers with one reply after the other, the last one for ever.
type server struct {
	tb      testing.TB
	replies []reply
	got     []*http.Request
	bodies  []string
	sent    []*closing
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := ""
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body)
		_ = req.Body.Close()
		sent = string(b)
	}
	r := s.replies[min(len(s.got), len(s.replies)-1)]
	s.got = append(s.got, req)
	s.bodies = append(s.bodies, sent)
	if r.err != nil {
		return nil, r.err
	}
	h := r.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if r.typ == "" {
		r.typ = "application/json"
	}
	h.Set("Content-Type", r.typ)
	size := int64(len(r.body))
	var from io.Reader = strings.NewReader(r.body)
	if r.reader != nil {
		from, size = r.reader, -1
	}
	c := &closing{Reader: from}
	s.sent = append(s.sent, c)
	return &http.Response{
		StatusCode: r.status, Status: http.StatusText(r.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: c, ContentLength: size, Request: req,
	}, nil
}

// closedAll checks that every body that was sent has been closed.
func (s *server) closedAll() {
	s.tb.Helper()
	for i, c := range s.sent {
		if c.closed == 0 {
			s.tb.Errorf("body %d of %d was not closed", i+1, len(s.sent))
		}
	}
}

func serve(tb testing.TB, replies ...reply) (*server, *http.Client) {
	tb.Helper()
	s := &server{tb: tb, replies: replies}
	tb.Cleanup(s.closedAll)
	return s, &http.Client{Transport: s}
}

// again is the smallest retry layer: up to n attempts while the verdict is Retryable.
type again int

func (n again) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("again", n, next, n.trip)
}

func (n again) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	for i := 1; ; i++ {
		a := c.Attempt()
		resp, err := next.RoundTrip(req)
		if a.End(resp, err) != verdict.Retryable || i == int(n) {
			return resp, err
		}
		if resp != nil {
			a.Own(resp)
			bodies.Drain(resp)
		}
		c.NextAttempt(transport.Retry)
		if req, err = bodies.Rewind(req); err != nil {
			return nil, err
		}
	}
}

// retrying puts a client's transport under again.
func retrying(c *http.Client, n int) *http.Client {
	return &http.Client{Transport: again(n).Wrap(c.Transport)}
}

var errBoom = errors.New("boom")

const url = "https://api.test/v2/pokemon/25?api_key=HUNTER2"

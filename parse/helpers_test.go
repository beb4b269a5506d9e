package parse_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

type pokemon struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

const pikachu = `{"id":25,"name":"pikachu"}`

// A sentBody counts how often it is closed, and whether it was read to its end.
type sentBody struct {
	rttest.CountingBody
	ended bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.CountingBody.Read(p)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

// A reply says how a server responds to one request.
type reply struct {
	status int
	typ    string // the media type, application/json by default
	body   string
	header http.Header
	err    error
	reader io.Reader // the body in place of the field body
}

// A server responds with one reply after the other, and with the last one to
// every further request.
type server struct {
	tb        testing.TB
	replies   []reply
	got       []*http.Request // the requests
	gotBodies []string        // the request bodies
	sent      []*sentBody     // the response bodies
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body)
		_ = req.Body.Close()
		body = string(b)
	}
	r := s.replies[min(len(s.got), len(s.replies)-1)]
	s.got = append(s.got, req)
	s.gotBodies = append(s.gotBodies, body)
	if r.err != nil {
		return nil, r.err
	}
	resp := rttest.Response(req, r.status, r.body)
	if r.header != nil {
		resp.Header = r.header.Clone()
	}
	if r.typ == "" {
		r.typ = "application/json"
	}
	resp.Header.Set("Content-Type", r.typ)
	var from io.Reader = strings.NewReader(r.body)
	if r.reader != nil {
		from, resp.ContentLength = r.reader, -1
	}
	b := &sentBody{CountingBody: rttest.CountingBody{Reader: from}}
	s.sent = append(s.sent, b)
	resp.Body = b
	return resp, nil
}

// allClosed checks that every response body has been closed.
func (s *server) allClosed() {
	s.tb.Helper()
	for i, b := range s.sent {
		if b.Closed == 0 {
			s.tb.Errorf("body %d of %d was not closed", i+1, len(s.sent))
		}
	}
}

// serve returns a server and a client of it. At the end of the test all bodies
// must be closed.
func serve(tb testing.TB, replies ...reply) (*server, *http.Client) {
	tb.Helper()
	s := &server{tb: tb, replies: replies}
	tb.Cleanup(s.allClosed)
	return s, &http.Client{Transport: s}
}

// retrying returns a client that makes up to n attempts through the transport
// of c.
func retrying(c *http.Client, n int) *http.Client {
	return &http.Client{Transport: rttest.Retry(n).Wrap(c.Transport)}
}

// panicText returns what f panics with as a text, "" if it does not panic.
func panicText(f func()) string {
	if v := rttest.PanicOf(f); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

const url = "https://api.test/v2/pokemon/25?api_key=HUNTER2"

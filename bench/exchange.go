package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// payload is the body of every response, postPayload that of every POST.
const (
	payload     = `{"id":25,"name":"pikachu","height":4,"weight":60}`
	postPayload = `{"id":25,"nickname":"sparky","ball":"great-ball","level":5,"x":1}`
)

// A stub is the bare base. It does what every base must do: it reads and closes the request's body,
// and makes a response with a status, a header and a body of its own. The header map is shared,
// since no layer under test writes to it.
type stub struct {
	header http.Header
	flaky  bool // every other response is a 503
	calls  atomic.Uint64
}

func newStub(flaky bool) *stub {
	return &stub{flaky: flaky, header: http.Header{
		"Content-Type":   {"application/json; charset=utf-8"},
		"Content-Length": {"49"},
		"Cache-Control":  {"public, max-age=86400"},
		"Date":           {"Mon, 02 Jan 2006 15:04:05 GMT"},
		"Etag":           {`W/"31-25"`},
		"Server":         {"stub"},
	}}
}

func (s *stub) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		var buf [512]byte
		if err := errors.Join(consume(req.Body, buf[:]), req.Body.Close()); err != nil {
			return nil, err
		}
	}
	status := http.StatusOK
	if s.flaky && s.calls.Add(1)%2 == 1 {
		status = http.StatusServiceUnavailable
	}
	return respond(req, status, s.header), nil
}

// respond returns a response and its body in one allocation.
func respond(req *http.Request, status int, header http.Header) *http.Response {
	a := &responseWithBody{Response: http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, ContentLength: int64(len(payload)), Request: req,
	}}
	a.Body = &a.body
	return &a.Response
}

// A responseWithBody is a response and its body, in one allocation.
type responseWithBody struct {
	http.Response
	body text
}

// A text is a body that reads payload once.
type text struct{ off int }

func (t *text) Read(p []byte) (int, error) {
	if t.off == len(payload) {
		return 0, io.EOF
	}
	n := copy(p, payload[t.off:])
	t.off += n
	return n, nil
}

func (t *text) Close() error {
	t.off = len(payload)
	return nil
}

// consume reads a body to its end.
func consume(body io.Reader, buf []byte) error {
	for {
		switch _, err := body.Read(buf); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// finish reads the body of a response to its end and closes it.
func finish(resp *http.Response, buf []byte) error {
	err := consume(resp.Body, buf)
	return errors.Join(err, resp.Body.Close())
}

// A caller makes one call after the other as a careful program does: it reads the body to its end
// and closes it. It belongs to one goroutine.
type caller struct {
	rt     http.RoundTripper
	client *http.Client
	req    *http.Request
	sent   upload
	ids    []*url.URL // the URLs of newIDs
	next   int        // the index of the next
	ask    func() (pokemon, error)
	buf    []byte // the buffer that bodies are read into
}

// target returns a URL with a path from which the automatic route makes a template.
func target() *url.URL {
	return &url.URL{Scheme: "https", Host: "api.test", Path: "/v2/pokemon/25"}
}

func newCaller(rt http.RoundTripper, client *http.Client, ctx func(context.Context) context.Context) *caller {
	c := &caller{rt: rt, client: client, buf: make([]byte, 512)}
	req := &http.Request{
		Method: http.MethodGet, URL: target(), Host: "api.test",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"bench"}},
	}
	c.req = req.WithContext(ctx(context.Background()))
	return c
}

// A way is a function with which a caller makes a call.
type way func(*caller) error

// get makes a GET through the round tripper.
func get(c *caller) error {
	resp, err := c.rt.RoundTrip(c.req)
	if err != nil {
		return err
	}
	return finish(resp, c.buf)
}

// twice makes two GETs, as a caller without a retry layer does after a 503.
func twice(c *caller) error {
	if err := get(c); err != nil {
		return err
	}
	return get(c)
}

// post makes a POST of 64 bytes, with the body and the GetBody of http.NewRequest.
func post(c *caller) error {
	if c.req.GetBody == nil {
		c.posts(io.NopCloser(&c.sent.Reader), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(postPayload)), nil })
	}
	c.sent.Reset(postPayload)
	return get(c)
}

// postUpload makes the same POST with a body of another type. A layer must assume that its GetBody
// may rewind the body.
func postUpload(c *caller) error {
	if c.req.GetBody == nil {
		c.posts(&c.sent, func() (io.ReadCloser, error) { return newUpload(), nil })
	}
	c.sent.Reset(postPayload)
	return get(c)
}

// posts makes the request of all calls of c a POST.
func (c *caller) posts(body io.ReadCloser, again func() (io.ReadCloser, error)) {
	c.req.Method, c.req.Body, c.req.GetBody = http.MethodPost, body, again
	c.req.ContentLength = int64(len(postPayload))
}

// do makes a GET through an http.Client.
func do(c *caller) error {
	resp, err := c.client.Do(c.req)
	if err != nil {
		return err
	}
	return finish(resp, c.buf)
}

// An upload is a request body of a type of its own.
type upload struct{ strings.Reader }

func newUpload() *upload {
	u := new(upload)
	u.Reset(postPayload)
	return u
}

func (u *upload) Close() error { return nil }

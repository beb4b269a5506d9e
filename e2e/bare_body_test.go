package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// watched is a body without GetBody that tells whether it was closed.
type watched struct {
	io.Reader
	closed atomic.Bool
}

// Close implements io.Closer.
func (w *watched) Close() error { w.closed.Store(true); return nil }

type reuse struct {
	ctx    context.Context
	reused atomic.Bool
}

func traceReuse(req *http.Request) *reuse {
	r := new(reuse)
	r.ctx = httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { r.reused.Store(i.Reused) }})
	return r
}

func bodyScenarios() []scenario {
	return []scenario{{
		name: "a body of known length", serve: echo, want: []string{"length 5 []", `"echo POST hello"`},
		act: func(p *play) { p.response(p.client.Do(p.new("POST /", strings.NewReader("hello")))) },
	}, {
		name: "an empty body", serve: echo, want: []string{"length 0 []", `"echo POST "`},
		act: func(p *play) {
			p.response(p.client.Do(p.new("POST /", nil)))
			p.response(p.client.Do(p.new("PUT /", http.NoBody)))
			p.response(p.client.Do(p.new("DELETE /", strings.NewReader(""))))
		},
	}, {
		name: "a body of unknown length", serve: echo, want: []string{"length -1 [chunked]", `"echo PUT piped"`, "closed true"},
		act: func(p *play) {
			for _, method := range []string{"PUT", "POST", "GET"} {
				body := &watched{Reader: io.MultiReader(strings.NewReader("pi"), strings.NewReader("ped"))}
				p.response(p.client.Do(p.new(method+" /", body)))
				p.saw("closed %t", body.closed.Load())
			}
		},
	}, {
		name: "a body above every buffer", serve: echo, want: []string{"body 3145728 bytes", "length -1 [chunked]"},
		act: func(p *play) {
			p.response(p.client.Do(p.new("PUT /", io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("abc"), 1<<20))))))
		},
	}, {
		name: "trailers both ways", want: []string{`trailers X-Sum=["7"]`, `trailers X-Done=["yes"]`},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.request(r)
			w.Header().Set("Trailer", "X-Done")
			_, _ = io.WriteString(w, "body")
			_ = http.NewResponseController(w).Flush()
			w.Header().Set("X-Done", "yes")
		},
		act: func(p *play) {
			req := p.new("PUT /", nil)
			req.Trailer = http.Header{"X-Sum": nil}
			req.Body = io.NopCloser(atEnd{strings.NewReader("counted"), func() { req.Trailer.Set("X-Sum", "7") }})
			req.ContentLength = -1
			p.response(p.client.Do(req))
		},
	}, {
		name: "a body shorter than it said", serve: deaf, words: true, want: []string{"error blurred, timeout false, canceled false", "closed true"},
		act: func(p *play) {
			body := &watched{Reader: strings.NewReader("hello")}
			req := p.new("POST /", body)
			req.ContentLength = 10
			p.response(p.client.Do(req))
			p.saw("closed %t", body.closed.Load())
		},
	}, {
		name: "a body that fails", serve: deaf, want: []string{"error Post \"http://SERVER/\": the disk is full"},
		act: func(p *play) {
			p.response(p.client.Do(p.new("POST /", io.MultiReader(strings.NewReader("abc"), failing{}))))
		},
	}, {
		name: "an answer that comes in parts", want: []string{"first", "second"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "first")
			_ = http.NewResponseController(w).Flush()
			p.wait(r.Context()) // for the client to have read it
			_, _ = io.WriteString(w, "second")
		},
		act: func(p *play) {
			resp, err := p.client.Do(p.new("/", nil))
			if err != nil {
				p.fault(err)
				return
			}
			buf := make([]byte, 5)
			_, err = io.ReadFull(resp.Body, buf)
			p.saw("part %s %v", buf, err)
			p.signal <- struct{}{}
			p.response(resp, nil)
		},
	}, {
		name: "an answer that is not read", want: []string{"reused false"},
		serve: func(_ *play, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 4<<20))
		},
		act: func(p *play) {
			for range 2 {
				req := p.new("/", nil)
				reused := traceReuse(req)
				resp, err := p.client.Do(req.WithContext(reused.ctx))
				if err != nil {
					p.fault(err)
					return
				}
				p.saw("closed %v, reused %t", resp.Body.Close(), reused.reused.Load())
				_, err = resp.Body.Read(make([]byte, 1))
				p.saw("read after close: %v", err)
			}
		},
	}}
}

// deaf notes nothing: whether a request that breaks off arrives is a race of
// net/http with itself.
func deaf(_ *play, _ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

// atEnd does something when the reader is at its end.
type atEnd struct {
	io.Reader
	do func()
}

// Read implements io.Reader.
func (a atEnd) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if err == io.EOF {
		a.do()
	}
	return n, err
}

type failing struct{}

// Read implements io.Reader.
func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is full") }

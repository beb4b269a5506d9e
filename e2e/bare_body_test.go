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

// An uploadBody is a body without GetBody that records its Close.
type uploadBody struct {
	io.Reader
	closed atomic.Bool
}

// Close implements io.Closer.
func (w *uploadBody) Close() error { w.closed.Store(true); return nil }

// A reuse records whether a request got a connection that was used before.
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
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("POST /", strings.NewReader("hello"))))
		},
	}, {
		name: "an empty body", serve: echo, want: []string{"length 0 []", `"echo POST "`},
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("POST /", nil)))
			p.noteResponse(p.client.Do(p.newRequest("PUT /", http.NoBody)))
			p.noteResponse(p.client.Do(p.newRequest("DELETE /", strings.NewReader(""))))
		},
	}, {
		name: "a body of unknown length", serve: echo, want: []string{"length -1 [chunked]", `"echo PUT piped"`, "closed true"},
		do: func(p *comparisonRun) {
			for _, method := range []string{"PUT", "POST", "GET"} {
				body := &uploadBody{Reader: io.MultiReader(strings.NewReader("pi"), strings.NewReader("ped"))}
				p.noteResponse(p.client.Do(p.newRequest(method+" /", body)))
				p.clientNote("closed %t", body.closed.Load())
			}
		},
	}, {
		name: "a body above every buffer", serve: echo, want: []string{"body 3145728 bytes", "length -1 [chunked]"},
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("PUT /", io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("abc"), 1<<20))))))
		},
	}, {
		name: "trailers both ways", want: []string{`trailers X-Sum=["7"]`, `trailers X-Done=["yes"]`},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			w.Header().Set("Trailer", "X-Done")
			_, _ = io.WriteString(w, "body")
			_ = http.NewResponseController(w).Flush()
			w.Header().Set("X-Done", "yes")
		},
		do: func(p *comparisonRun) {
			req := p.newRequest("PUT /", nil)
			req.Trailer = http.Header{"X-Sum": nil}
			req.Body = io.NopCloser(atEnd{strings.NewReader("counted"), func() { req.Trailer.Set("X-Sum", "7") }})
			req.ContentLength = -1
			p.noteResponse(p.client.Do(req))
		},
	}, {
		name: "a body shorter than its length", serve: discardRequest, anyErrorText: true, want: []string{"error any, timeout false, canceled false", "closed true"},
		do: func(p *comparisonRun) {
			body := &uploadBody{Reader: strings.NewReader("hello")}
			req := p.newRequest("POST /", body)
			req.ContentLength = 10
			p.noteResponse(p.client.Do(req))
			p.clientNote("closed %t", body.closed.Load())
		},
	}, {
		name: "a body that fails", serve: discardRequest, want: []string{"error Post \"http://SERVER/\": the disk is full"},
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("POST /", io.MultiReader(strings.NewReader("abc"), failing{}))))
		},
	}, {
		name: "a response that comes in parts", want: []string{"first", "second"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "first")
			_ = http.NewResponseController(w).Flush()
			p.wait(r.Context()) // until the client has read it
			_, _ = io.WriteString(w, "second")
		},
		do: func(p *comparisonRun) {
			resp, err := p.client.Do(p.newRequest("/", nil))
			if err != nil {
				p.noteError(err)
				return
			}
			buf := make([]byte, 5)
			_, err = io.ReadFull(resp.Body, buf)
			p.clientNote("part %s %v", buf, err)
			p.signal <- struct{}{}
			p.noteResponse(resp, nil)
		},
	}, {
		name: "a response that is not read", want: []string{"reused false"},
		serve: func(_ *comparisonRun, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 4<<20))
		},
		do: func(p *comparisonRun) {
			for range 2 {
				req := p.newRequest("/", nil)
				reused := traceReuse(req)
				resp, err := p.client.Do(req.WithContext(reused.ctx))
				if err != nil {
					p.noteError(err)
					return
				}
				p.clientNote("closed %v, reused %t", resp.Body.Close(), reused.reused.Load())
				_, err = resp.Body.Read(make([]byte, 1))
				p.clientNote("read after close: %v", err)
			}
		},
	}}
}

// discardRequest notes nothing, because whether an incomplete request arrives depends on a race in
// net/http.
func discardRequest(_ *comparisonRun, _ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
}

// An atEnd is a reader that calls do when it reaches its end.
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

// failing is a reader that returns an error.
type failing struct{}

// Read implements io.Reader.
func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is full") }

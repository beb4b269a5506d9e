package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// neverResponds notes the request, signals its arrival to the client, and returns after
// the client has gone.
func neverResponds(p *comparisonRun, _ http.ResponseWriter, r *http.Request) {
	p.noteRequest(r)
	p.signal <- struct{}{}
	<-r.Context().Done()
	p.serverNote("the client has gone")
	p.left <- struct{}{}
}

// halfBody sends headers and a part of the body, but never the rest.
func halfBody(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
	p.noteRequest(r)
	w.Header().Set("Content-Length", "10")
	_, _ = io.WriteString(w, "half")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
	p.serverNote("the client has gone")
	p.left <- struct{}{}
}

// cancelWhenThere returns the request with a context of its own. The context is canceled when the
// server has received the request.
func (p *comparisonRun) cancelWhenThere(req *http.Request, cause error) (*http.Request, func()) {
	ctx, cancel := context.WithCancelCause(req.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.wait(ctx)
		cancel(cause)
	}()
	return req.WithContext(ctx), func() { cancel(nil); <-done }
}

func endScenarios() []scenario {
	errCause := errors.New("the user pressed a key")
	methods := []string{"GET /", "POST /"}
	return []scenario{{
		name: "Client.Timeout before the headers", serve: neverResponds,
		anyErrorText: true, timed: true,
		want: []string{"timeout true, canceled false, deadline true", "the client has gone"},
		do: func(p *comparisonRun) {
			p.client.Timeout = p.shortTime
			for _, m := range methods {
				p.noteResponse(p.client.Do(p.newRequest(m, strings.NewReader("sent"))))
				p.waitForServer()
			}
		},
	}, {
		name: "Client.Timeout in the body", serve: halfBody,
		anyErrorText: true, timed: true,
		want: []string{"200 OK", `body "half"`, "timeout true, canceled false, deadline true", "the client has gone"},
		do: func(p *comparisonRun) {
			p.client.Timeout = p.shortTime
			for _, m := range methods {
				p.noteResponse(p.client.Do(p.newRequest(m, nil)))
				p.waitForServer()
			}
		},
	}, {
		name: "Client.Timeout that is not reached", serve: echo, want: []string{"200 OK"},
		do: func(p *comparisonRun) {
			p.client.Timeout = time.Minute
			p.noteResponse(p.client.Do(p.newRequest("PUT /", strings.NewReader("sent"))))
		},
	}, {
		name: "a deadline before the headers", serve: neverResponds, timed: true, want: []string{"context deadline exceeded", "timeout true", "deadline true", "the client has gone"},
		do: func(p *comparisonRun) {
			for _, m := range methods {
				ctx, cancel := context.WithTimeout(p.ctx, p.shortTime)
				p.noteResponse(p.client.Do(p.newRequest(m, nil).WithContext(ctx)))
				cancel()
				p.waitForServer()
			}
		},
	}, {
		name: "a deadline in the body", serve: halfBody, timed: true, want: []string{"200 OK", "deadline true", "the client has gone"},
		do: func(p *comparisonRun) {
			ctx, cancel := context.WithTimeout(p.ctx, p.shortTime)
			defer cancel()
			p.noteResponse(p.client.Do(p.newRequest("/", nil).WithContext(ctx)))
		},
	}, {
		name: "canceled before", serve: echo, want: []string{"context canceled", "canceled true", "closed true", "server:\n"},
		do: func(p *comparisonRun) {
			for _, m := range methods {
				ctx, cancel := context.WithCancel(p.ctx)
				cancel()
				body := &uploadBody{Reader: strings.NewReader("never sent")}
				p.noteResponse(p.client.Do(p.newRequest(m, body).WithContext(ctx)))
				p.clientNote("closed %t", body.closed.Load())
			}
		},
	}, {
		name: "canceled before the headers", serve: neverResponds, want: []string{"context canceled", "canceled true", "timeout false", "the client has gone"},
		do: func(p *comparisonRun) {
			for _, m := range methods {
				req, end := p.cancelWhenThere(p.newRequest(m, strings.NewReader("sent")), nil)
				p.noteResponse(p.client.Do(req))
				end()
				p.waitForServer()
			}
		},
	}, {
		name: "canceled with a cause", serve: neverResponds, want: []string{"the client has gone", "the user pressed a key"},
		do: func(p *comparisonRun) {
			for _, m := range methods {
				req, end := p.cancelWhenThere(p.newRequest(m, nil), errCause)
				_, err := p.client.Do(req)
				p.noteError(err)
				p.clientNote("is the cause: %t", errors.Is(err, errCause))
				end()
				p.waitForServer()
			}
		},
	}, {
		name: "canceled in the body", serve: halfBody, want: []string{"200 OK", `body "half"`, "canceled true", "the client has gone"},
		do: func(p *comparisonRun) {
			ctx, cancel := context.WithCancel(p.ctx)
			resp, err := p.client.Do(p.newRequest("/", nil).WithContext(ctx))
			if err == nil {
				b := make([]byte, 4)
				_, err = io.ReadFull(resp.Body, b)
				p.clientNote("read %q %v", b, err)
				err = nil
				cancel()
			}
			cancel()
			p.noteRestOfResponse(resp, err, "half")
		},
	}, {
		name: "a body closed in its middle", serve: halfBody, want: []string{"closed <nil>", "the client has gone"},
		do: func(p *comparisonRun) {
			resp, err := p.client.Do(p.newRequest("/", nil))
			if err != nil {
				p.noteError(err)
				return
			}
			b := make([]byte, 4)
			_, err = io.ReadFull(resp.Body, b)
			p.clientNote("read %q %v, closed %v", b, err, resp.Body.Close())
			_, err = resp.Body.Read(b)
			p.clientNote("read after close: %v", err)
		},
	}}
}

// noteRestOfResponse is noteResponse for a response whose first bytes are read already.
func (p *comparisonRun) noteRestOfResponse(resp *http.Response, err error, read string) {
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader(read), resp.Body), resp.Body}
	}
	p.noteResponse(resp, err)
}

package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// stuck notes the request, tells the client that it is there, and answers after
// the client has gone.
func stuck(p *play, _ http.ResponseWriter, r *http.Request) {
	p.request(r)
	p.signal <- struct{}{}
	<-r.Context().Done()
	p.met("the client has gone")
	p.left <- struct{}{}
}

// half sends headers and a part of the body, and the rest never.
func half(p *play, w http.ResponseWriter, r *http.Request) {
	p.request(r)
	w.Header().Set("Content-Length", "10")
	_, _ = io.WriteString(w, "half")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
	p.met("the client has gone")
	p.left <- struct{}{}
}

// begun is the request with a context of its own, that is canceled when the
// server has the request.
func (p *play) cancelWhenThere(req *http.Request, cause error) (*http.Request, func()) {
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
		name: "Client.Timeout before the headers", serve: stuck,
		words: true, timed: true,
		want: []string{"timeout true, canceled false, deadline true", "the client has gone"},
		act: func(p *play) {
			p.client.Timeout = p.soon
			for _, m := range methods {
				p.response(p.client.Do(p.new(m, strings.NewReader("sent"))))
				p.gone()
			}
		},
	}, {
		name: "Client.Timeout in the body", serve: half,
		words: true, timed: true,
		want: []string{"200 OK", `body "half"`, "timeout true, canceled false, deadline true", "the client has gone"},
		act: func(p *play) {
			p.client.Timeout = p.soon
			for _, m := range methods {
				p.response(p.client.Do(p.new(m, nil)))
				p.gone()
			}
		},
	}, {
		name: "Client.Timeout that does not strike", serve: echo, want: []string{"200 OK"},
		act: func(p *play) {
			p.client.Timeout = time.Minute
			p.response(p.client.Do(p.new("PUT /", strings.NewReader("in time"))))
		},
	}, {
		name: "a deadline before the headers", serve: stuck, timed: true, want: []string{"context deadline exceeded", "timeout true", "deadline true", "the client has gone"},
		act: func(p *play) {
			for _, m := range methods {
				ctx, cancel := context.WithTimeout(p.ctx, p.soon)
				p.response(p.client.Do(p.new(m, nil).WithContext(ctx)))
				cancel()
				p.gone()
			}
		},
	}, {
		name: "a deadline in the body", serve: half, timed: true, want: []string{"200 OK", "deadline true", "the client has gone"},
		act: func(p *play) {
			ctx, cancel := context.WithTimeout(p.ctx, p.soon)
			defer cancel()
			p.response(p.client.Do(p.new("/", nil).WithContext(ctx)))
		},
	}, {
		name: "canceled before", serve: echo, want: []string{"context canceled", "canceled true", "closed true", "server:\n"},
		act: func(p *play) {
			for _, m := range methods {
				ctx, cancel := context.WithCancel(p.ctx)
				cancel()
				body := &watched{Reader: strings.NewReader("never sent")}
				p.response(p.client.Do(p.new(m, body).WithContext(ctx)))
				p.saw("closed %t", body.closed.Load())
			}
		},
	}, {
		name: "canceled before the headers", serve: stuck, want: []string{"context canceled", "canceled true", "timeout false", "the client has gone"},
		act: func(p *play) {
			for _, m := range methods {
				req, end := p.cancelWhenThere(p.new(m, strings.NewReader("sent")), nil)
				p.response(p.client.Do(req))
				end()
				p.gone()
			}
		},
	}, {
		name: "canceled with a cause", serve: stuck, want: []string{"the client has gone", "the user pressed a key"},
		act: func(p *play) {
			for _, m := range methods {
				req, end := p.cancelWhenThere(p.new(m, nil), errCause)
				_, err := p.client.Do(req)
				p.fault(err)
				p.saw("is the cause: %t", errors.Is(err, errCause))
				end()
				p.gone()
			}
		},
	}, {
		name: "canceled in the body", serve: half, want: []string{"200 OK", `body "half"`, "canceled true", "the client has gone"},
		act: func(p *play) {
			ctx, cancel := context.WithCancel(p.ctx)
			resp, err := p.client.Do(p.new("/", nil).WithContext(ctx))
			if err == nil {
				b := make([]byte, 4)
				_, err = io.ReadFull(resp.Body, b)
				p.saw("read %q %v", b, err)
				err = nil
				cancel()
			}
			cancel()
			p.responseAfter(resp, err, "half")
		},
	}, {
		name: "a body closed in its middle", serve: half, want: []string{"closed <nil>", "the client has gone"},
		act: func(p *play) {
			resp, err := p.client.Do(p.new("/", nil))
			if err != nil {
				p.fault(err)
				return
			}
			b := make([]byte, 4)
			_, err = io.ReadFull(resp.Body, b)
			p.saw("read %q %v, closed %v", b, err, resp.Body.Close())
			_, err = resp.Body.Read(b)
			p.saw("read after close: %v", err)
		},
	}}
}

// responseAfter is response for an answer whose first bytes were read already.
func (p *play) responseAfter(resp *http.Response, err error, read string) {
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader(read), resp.Body), resp.Body}
	}
	p.response(resp, err)
}

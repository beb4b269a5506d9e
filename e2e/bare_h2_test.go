package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// talk answers each line of the body before the next one is there.
func talk(p *play, w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	for s := bufio.NewScanner(r.Body); s.Scan(); {
		p.met("heard %s", s.Text())
		_, _ = fmt.Fprintf(w, "%s!\n", s.Text())
		_ = http.NewResponseController(w).Flush()
	}
}

func (p *play) talk(target string) {
	pr, pw := io.Pipe()
	defer pw.Close()
	ctx, cancel := context.WithTimeout(p.ctx, 3*time.Second)
	defer cancel()
	// A pipe does not know of the context.
	defer context.AfterFunc(ctx, func() { pw.CloseWithError(ctx.Err()) })()
	resp, err := p.client.Do(p.new(target, pr).WithContext(ctx))
	if err != nil {
		p.fault(err)
		return
	}
	defer resp.Body.Close()
	back := bufio.NewReader(resp.Body)
	for i := 1; i <= 3; i++ {
		_, err := fmt.Fprintln(pw, i)
		line, rerr := back.ReadString('\n')
		p.saw("answer %q %v %v", strings.TrimSpace(line), err, rerr)
	}
	pw.Close()
	_, err = back.ReadByte()
	p.saw("end %v", err)
}

func h2Scenarios() []scenario {
	return []scenario{{
		name: "HTTP/2 GET", h2: true, serve: echo, want: []string{"HTTP/2.0 200 OK", "tls true", "GET / HTTP/2.0"},
		act: func(p *play) { p.response(p.client.Do(p.new("/", nil))) },
	}, {
		name: "HTTP/2 bodies", h2: true, serve: echo, want: []string{`"echo POST hello"`, `"echo PUT piped"`, "length -1 []"},
		act: func(p *play) {
			p.response(p.client.Do(p.new("POST /", strings.NewReader("hello"))))
			p.response(p.client.Do(p.new("PUT /", io.MultiReader(strings.NewReader("piped")))))
		},
	}, {
		name: "HTTP/2 307 and 308", h2: true, serve: hops, want: []string{"POST /307/308/end HTTP/2.0", `"echo POST thrice"`},
		act: func(p *play) {
			p.response(p.client.Do(p.new("POST /307/308/end", strings.NewReader("thrice"))))
		},
	}, {
		name: "HTTP/2 trailers", h2: true, want: []string{`trailers X-Sum=["7"]`, `trailers X-Done=["yes"]`},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Done")
			p.request(r)
			_, _ = io.WriteString(w, "body")
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
		name: "HTTP/2 in both directions at once", h2: true, want: []string{`answer "1!"`, `answer "3!"`, "end EOF"},
		serve: talk,
		act:   func(p *play) { p.talk("POST /") },
	}, {
		name: "HTTP/2 in both directions at once by PUT", h2: true, want: []string{`answer "1!"`, `answer "3!"`, "end EOF"},
		serve: talk,
		act:   func(p *play) { p.talk("PUT /") },
	}, {
		name: "HTTP/2 canceled before the headers", h2: true, serve: stuck, want: []string{"context canceled", "canceled true", "the client has gone"},
		act: func(p *play) {
			for _, m := range []string{"GET /", "POST /"} {
				req, end := p.cancelWhenThere(p.new(m, nil), nil)
				p.response(p.client.Do(req))
				end()
				p.gone()
			}
		},
	}, {
		name: "HTTP/2 Client.Timeout in the body", h2: true, words: true, timed: true, serve: half, want: []string{`body "half"`, "timeout true", "the client has gone"},
		act: func(p *play) {
			p.client.Timeout = p.soon
			p.response(p.client.Do(p.new("/", nil)))
			p.gone()
		},
	}, {
		name: "HTTP/2 stream reset before the answer to a POST", h2: true, want: []string{"stream error"},
		serve: func(p *play, _ http.ResponseWriter, r *http.Request) {
			p.request(r)
			panic(http.ErrAbortHandler)
		},
		act: func(p *play) { p.response(p.client.Do(p.new("POST /", strings.NewReader("once")))) },
	}, {
		name: "HTTP/2 thirty at once", h2: true, want: []string{"30 answers, 30 requests"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.signal <- struct{}{}
			defer func() { <-p.signal }()
			b, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %s", r.URL.Path, b)
		},
		act: func(p *play) {
			var wg sync.WaitGroup
			var mu sync.Mutex
			right, asked := 0, 30
			for i := range asked {
				wg.Go(func() {
					resp, err := p.client.Do(p.new(fmt.Sprintf("PUT /%d", i), strings.NewReader(strconv.Itoa(i))))
					if err != nil {
						return
					}
					defer resp.Body.Close()
					if b, err := io.ReadAll(resp.Body); err == nil && string(b) == fmt.Sprintf("/%d %d", i, i) && resp.ProtoMajor == 2 {
						mu.Lock()
						right++
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			p.saw("%d answers, %d requests", right, asked)
		},
	}}
}

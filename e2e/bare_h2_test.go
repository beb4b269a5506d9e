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

// echoLines responds to each line of the body before the next one arrives.
func echoLines(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	for s := bufio.NewScanner(r.Body); s.Scan(); {
		p.serverNote("got %s", s.Text())
		_, _ = fmt.Fprintf(w, "%s!\n", s.Text())
		_ = http.NewResponseController(w).Flush()
	}
}

func (p *comparisonRun) exchangeLines(target string) {
	pr, pw := io.Pipe()
	defer pw.Close()
	ctx, cancel := context.WithTimeout(p.ctx, 3*time.Second)
	defer cancel()
	// A pipe does not end with a context by itself.
	defer context.AfterFunc(ctx, func() { pw.CloseWithError(ctx.Err()) })()
	resp, err := p.client.Do(p.newRequest(target, pr).WithContext(ctx))
	if err != nil {
		p.noteError(err)
		return
	}
	defer resp.Body.Close()
	back := bufio.NewReader(resp.Body)
	for i := 1; i <= 3; i++ {
		_, err := fmt.Fprintln(pw, i)
		line, rerr := back.ReadString('\n')
		p.clientNote("line %q %v %v", strings.TrimSpace(line), err, rerr)
	}
	pw.Close()
	_, err = back.ReadByte()
	p.clientNote("end %v", err)
}

func h2Scenarios() []scenario {
	return []scenario{{
		name: "HTTP/2 GET", h2: true, serve: echo, want: []string{"HTTP/2.0 200 OK", "tls true", "GET / HTTP/2.0"},
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("/", nil))) },
	}, {
		name: "HTTP/2 bodies", h2: true, serve: echo, want: []string{`"echo POST hello"`, `"echo PUT piped"`, "length -1 []"},
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("POST /", strings.NewReader("hello"))))
			p.noteResponse(p.client.Do(p.newRequest("PUT /", io.MultiReader(strings.NewReader("piped")))))
		},
	}, {
		name: "HTTP/2 307 and 308", h2: true, serve: redirectByPath, want: []string{"POST /307/308/end HTTP/2.0", `"echo POST thrice"`},
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("POST /307/308/end", strings.NewReader("thrice"))))
		},
	}, {
		name: "HTTP/2 trailers", h2: true, want: []string{`trailers X-Sum=["7"]`, `trailers X-Done=["yes"]`},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Done")
			p.noteRequest(r)
			_, _ = io.WriteString(w, "body")
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
		name: "HTTP/2 in both directions at once", h2: true, want: []string{`line "1!"`, `line "3!"`, "end EOF"},
		serve: echoLines,
		do:    func(p *comparisonRun) { p.exchangeLines("POST /") },
	}, {
		name: "HTTP/2 in both directions at once by PUT", h2: true, want: []string{`line "1!"`, `line "3!"`, "end EOF"},
		serve: echoLines,
		do:    func(p *comparisonRun) { p.exchangeLines("PUT /") },
	}, {
		name: "HTTP/2 canceled before the headers", h2: true, serve: neverResponds, want: []string{"context canceled", "canceled true", "the client has gone"},
		do: func(p *comparisonRun) {
			for _, m := range []string{"GET /", "POST /"} {
				req, end := p.cancelWhenThere(p.newRequest(m, nil), nil)
				p.noteResponse(p.client.Do(req))
				end()
				p.waitForServer()
			}
		},
	}, {
		name: "HTTP/2 Client.Timeout in the body", h2: true, anyErrorText: true, timed: true, serve: halfBody, want: []string{`body "half"`, "timeout true", "the client has gone"},
		do: func(p *comparisonRun) {
			p.client.Timeout = p.shortTime
			p.noteResponse(p.client.Do(p.newRequest("/", nil)))
			p.waitForServer()
		},
	}, {
		name: "HTTP/2 stream reset before the response to a POST", h2: true, want: []string{"stream error"},
		serve: func(p *comparisonRun, _ http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			panic(http.ErrAbortHandler)
		},
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("POST /", strings.NewReader("once")))) },
	}, {
		name: "HTTP/2 thirty at once", h2: true, want: []string{"30 responses, 30 requests"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.signal <- struct{}{}
			defer func() { <-p.signal }()
			b, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %s", r.URL.Path, b)
		},
		do: func(p *comparisonRun) {
			var wg sync.WaitGroup
			var mu sync.Mutex
			right, requests := 0, 30
			for i := range requests {
				wg.Go(func() {
					resp, err := p.client.Do(p.newRequest(fmt.Sprintf("PUT /%d", i), strings.NewReader(strconv.Itoa(i))))
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
			p.clientNote("%d responses, %d requests", right, requests)
		},
	}}
}

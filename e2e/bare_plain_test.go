package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// echo notes the request and responds with its body and a few headers.
func echo(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
	body := p.noteRequest(r)
	w.Header().Add("X-Multi", "one")
	w.Header().Add("X-Multi", "two")
	_, _ = io.WriteString(w, "echo "+r.Method+" "+body)
}

func plainScenarios() []scenario {
	return []scenario{{
		name: "GET", serve: echo, want: []string{"HTTP/1.1 200 OK", `"echo GET "`, `X-Multi=["one" "two"]`, "Accept-Encoding=[\"gzip\"]"},
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("/a%2Fb?q=1&q=2", nil))) },
	}, {
		name: "HEAD", serve: echo, want: []string{"200 OK", "length 10", `body ""`},
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("HEAD /", nil))) },
	}, {
		name: "headers unchanged", serve: echo, want: []string{"host else.example", `Authorization=["Basic YWRhOmxvdmVsYWNl"]`, `X-Two=["a" "b"]`},
		do: func(p *comparisonRun) {
			req := p.newRequest("/", nil)
			req.Host = "else.example"
			req.SetBasicAuth("ada", "lovelace")
			req.Header["X-Two"] = []string{"a", "b"}
			req.Header["x-raw-Case"] = []string{"kept"}
			req.Header["User-Agent"] = nil
			p.noteResponse(p.client.Do(req))
			p.clientNote("the caller's headers: %s", headers(req.Header))
		},
	}, {
		name: "user and password in the URL", serve: echo, want: []string{`Authorization=["Basic YWRhOng="]`},
		do: func(p *comparisonRun) {
			u := strings.Replace(p.url, "http://", "http://ada:x@", 1)
			req, err := http.NewRequestWithContext(p.ctx, http.MethodGet, u, nil)
			if err != nil {
				p.t.Fatal(err)
			}
			p.noteResponse(p.client.Do(req))
		},
	}, {
		name: "gzip", want: []string{"uncompressed true", "length -1", `body "plain"`},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, "plain")
			_ = z.Close()
		},
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("/", nil))) },
	}, {
		name: "statuses are not errors", want: []string{"204 No Content", "304 Not Modified", "404 Not Found", "500 Internal Server Error", "599"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
			w.WriteHeader(status)
		},
		do: func(p *comparisonRun) {
			for _, path := range []string{"/204", "/304", "/404", "/401", "POST /500", "POST /503", "/599"} {
				p.noteResponse(p.client.Do(p.newRequest(path, nil)))
			}
		},
	}, {
		name: "connections", serve: echo, reuses: true, want: []string{"reused true", "reused false"},
		do: func(p *comparisonRun) {
			for range 2 {
				req := p.newRequest("/", nil)
				reused := traceReuse(req)
				resp, err := p.client.Do(req.WithContext(reused.ctx))
				p.noteResponse(resp, err)
				p.clientNote("reused %t", reused.reused.Load())
			}
			req := p.newRequest("/", nil)
			req.Close = true
			p.noteResponse(p.client.Do(req))
		},
	}, {
		name: "requests that cannot be sent", serve: echo,
		want: []string{"unsupported protocol scheme", "no Host in request URL", "invalid header field", "invalid method", "closed true"},
		do: func(p *comparisonRun) {
			for _, spoil := range []func(*http.Request){
				func(r *http.Request) { r.URL.Scheme = "gopher" },
				func(r *http.Request) { r.URL.Host = "" },
				func(r *http.Request) { r.Header["X-Bad"] = []string{"a\nb"} },
				func(r *http.Request) { r.Header["X Bad"] = []string{"a"} },
				func(r *http.Request) { r.Method = "BAD METHOD" },
			} {
				body := &uploadBody{Reader: strings.NewReader("never sent")}
				req := p.newRequest("POST /", body)
				spoil(req)
				p.noteResponse(p.client.Do(req))
				p.clientNote("closed %t", body.closed.Load())
			}
		},
	}}
}

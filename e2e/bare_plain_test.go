package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// echo notes the request and answers with its body and a few headers.
func echo(p *play, w http.ResponseWriter, r *http.Request) {
	body := p.request(r)
	w.Header().Add("X-Multi", "one")
	w.Header().Add("X-Multi", "two")
	_, _ = io.WriteString(w, "echo "+r.Method+" "+body)
}

func plainScenarios() []scenario {
	return []scenario{{
		name: "GET", serve: echo, want: []string{"HTTP/1.1 200 OK", `"echo GET "`, `X-Multi=["one" "two"]`, "Accept-Encoding=[\"gzip\"]"},
		act: func(p *play) { p.response(p.client.Do(p.new("/a%2Fb?q=1&q=2", nil))) },
	}, {
		name: "HEAD", serve: echo, want: []string{"200 OK", "length 10", `body ""`},
		act: func(p *play) { p.response(p.client.Do(p.new("HEAD /", nil))) },
	}, {
		name: "headers as they are", serve: echo, want: []string{"host else.example", `Authorization=["Basic YWRhOmxvdmVsYWNl"]`, `X-Two=["a" "b"]`},
		act: func(p *play) {
			req := p.new("/", nil)
			req.Host = "else.example"
			req.SetBasicAuth("ada", "lovelace")
			req.Header["X-Two"] = []string{"a", "b"}
			req.Header["x-raw-Case"] = []string{"kept"}
			req.Header["User-Agent"] = nil
			p.response(p.client.Do(req))
			p.saw("the caller's headers: %s", headers(req.Header))
		},
	}, {
		name: "user and password in the URL", serve: echo, want: []string{`Authorization=["Basic YWRhOng="]`},
		act: func(p *play) {
			u := strings.Replace(p.url, "http://", "http://ada:x@", 1)
			req, err := http.NewRequestWithContext(p.ctx, http.MethodGet, u, nil)
			if err != nil {
				p.t.Fatal(err)
			}
			p.response(p.client.Do(req))
		},
	}, {
		name: "gzip", want: []string{"uncompressed true", "length -1", `body "plain"`},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.request(r)
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, "plain")
			_ = z.Close()
		},
		act: func(p *play) { p.response(p.client.Do(p.new("/", nil))) },
	}, {
		name: "statuses are not errors", want: []string{"204 No Content", "304 Not Modified", "404 Not Found", "500 Internal Server Error", "599"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.request(r)
			status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
			w.WriteHeader(status)
		},
		act: func(p *play) {
			for _, path := range []string{"/204", "/304", "/404", "/401", "POST /500", "POST /503", "/599"} {
				p.response(p.client.Do(p.new(path, nil)))
			}
		},
	}, {
		name: "connections", serve: echo, want: []string{"reused true", "reused false"},
		act: func(p *play) {
			for range 2 {
				req := p.new("/", nil)
				reused := traceReuse(req)
				resp, err := p.client.Do(req.WithContext(reused.ctx))
				p.response(resp, err)
				p.saw("reused %t", reused.reused.Load())
			}
			req := p.new("/", nil)
			req.Close = true
			p.response(p.client.Do(req))
		},
	}, {
		name: "requests that cannot be sent", serve: echo,
		want: []string{"unsupported protocol scheme", "no Host in request URL", "invalid header field", "invalid method", "closed true"},
		act: func(p *play) {
			for _, spoil := range []func(*http.Request){
				func(r *http.Request) { r.URL.Scheme = "gopher" },
				func(r *http.Request) { r.URL.Host = "" },
				func(r *http.Request) { r.Header["X-Bad"] = []string{"a\nb"} },
				func(r *http.Request) { r.Header["X Bad"] = []string{"a"} },
				func(r *http.Request) { r.Method = "BAD METHOD" },
			} {
				body := &watched{Reader: strings.NewReader("never sent")}
				req := p.new("POST /", body)
				spoil(req)
				p.response(p.client.Do(req))
				p.saw("closed %t", body.closed.Load())
			}
		},
	}}
}

package e2e

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
)

// hops answers /N/rest with a redirect of status N to /rest, and the rest as echo.
func hops(p *play, w http.ResponseWriter, r *http.Request) {
	if code, rest, ok := strings.Cut(r.URL.Path[1:], "/"); ok {
		var status int
		if _, err := fmt.Sscan(code, &status); err == nil {
			p.request(r)
			http.Redirect(w, r, "/"+rest, status)
			return
		}
	}
	echo(p, w, r)
}

func redirectScenarios() []scenario {
	return []scenario{{
		name: "301, 302 and 303 forget the body", serve: hops, want: []string{"POST /301/end", "GET /end", `"echo GET "`},
		act: func(p *play) {
			for _, status := range []int{301, 302, 303} {
				for _, method := range []string{"POST", "GET", "PUT", "HEAD"} {
					p.response(p.client.Do(p.new(fmt.Sprintf("%s /%d/end", method, status), strings.NewReader("once"))))
				}
			}
		},
	}, {
		name: "307 and 308 keep it", serve: hops, want: []string{"POST /307/end", "POST /end", `"echo POST twice"`, `"echo PATCH twice"`},
		act: func(p *play) {
			for _, status := range []int{307, 308} {
				for _, method := range []string{"POST", "PUT", "PATCH"} {
					p.response(p.client.Do(p.new(fmt.Sprintf("%s /%d/end", method, status), strings.NewReader("twice"))))
				}
			}
		},
	}, {
		name: "307 and 308 cannot without GetBody", serve: hops, want: []string{"307 Temporary Redirect", "308 Permanent Redirect", "closed true"},
		act: func(p *play) {
			for _, status := range []int{307, 308} {
				body := &watched{Reader: strings.NewReader("once")}
				p.response(p.client.Do(p.new(fmt.Sprintf("POST /%d/end", status), body)))
				p.saw("closed %t", body.closed.Load())
			}
		},
	}, {
		name: "many hops with one body", serve: hops, want: []string{"PUT /308/307/end", "PUT /307/end", `"echo PUT thrice"`},
		act: func(p *play) {
			resp, err := p.client.Do(p.new("PUT /307/308/307/end", strings.NewReader("thrice")))
			if err == nil {
				for r := resp.Request.Response; r != nil; r = r.Request.Response {
					p.saw("came from %s by %s", r.Request.URL, r.Status)
				}
			}
			p.response(resp, err)
		},
	}, {
		name: "a loop", want: []string{"stopped after 10 redirects"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.request(r)
			http.Redirect(w, r, "/again", http.StatusFound)
		},
		act: func(p *play) { p.response(p.client.Do(p.new("/", nil))) },
	}, {
		name: "CheckRedirect", serve: hops, want: []string{"302 Found", "enough"},
		act: func(p *play) {
			p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			p.response(p.client.Do(p.new("/302/end", nil)))
			p.client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
				p.saw("asked about %s after %d, which said %s", req.URL, len(via), req.Response.Status)
				return errors.New("enough")
			}
			resp, err := p.client.Do(p.new("/303/end", nil))
			if err == nil {
				p.response(resp, nil)
				return
			}
			p.fault(err)
			if resp != nil { // both come back: http.Client says so
				p.saw("with %s and a closed body: %v", resp.Status, readError(resp))
			}
		},
	}, {
		name: "another origin gets no credentials", want: []string{"elsewhere: Authorization [] Cookie []", "elsewhere: X-Kept [yes]", `"arrived"`},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.request(r)
			w.Header().Set("Location", r.Header.Get("X-To"))
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		act: func(p *play) {
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				p.met("elsewhere: Authorization %v Cookie %v", r.Header["Authorization"], r.Header["Cookie"])
				p.met("elsewhere: X-Kept %v", r.Header["X-Kept"])
				_, _ = io.WriteString(w, "arrived")
			}))
			defer other.Close()
			req := p.new("/", nil)
			req.Header.Set("Authorization", "Bearer secret")
			req.Header.Set("Cookie", "a=b")
			req.Header.Set("X-Kept", "yes")
			// Another name is another origin; another port would not be.
			req.Header.Set("X-To", strings.Replace(other.URL, "127.0.0.1", "localhost", 1))
			resp, err := p.client.Do(req)
			if err != nil {
				p.fault(err)
				return
			}
			b, err := io.ReadAll(resp.Body)
			p.saw("%d %q %v", resp.StatusCode, b, err)
			resp.Body.Close()
			p.client.CloseIdleConnections()
		},
	}, {
		name: "cookies", want: []string{`Cookie=["seen=1"]`},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.request(r)
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			if r.URL.Path == "/first" {
				http.Redirect(w, r, "/second", http.StatusSeeOther)
			}
		},
		act: func(p *play) {
			jar, err := cookiejar.New(nil)
			if err != nil {
				p.t.Fatal(err)
			}
			p.client.Jar = jar
			p.response(p.client.Do(p.new("POST /first", strings.NewReader("x"))))
			p.response(p.client.Do(p.new("/third", nil)))
		},
	}}
}

func readError(resp *http.Response) error {
	_, err := resp.Body.Read(make([]byte, 1))
	return err
}

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

// redirectByPath responds to /N/rest with a redirect of status N to /rest, and to other paths as echo.
func redirectByPath(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
	if code, rest, ok := strings.Cut(r.URL.Path[1:], "/"); ok {
		var status int
		if _, err := fmt.Sscan(code, &status); err == nil {
			p.noteRequest(r)
			http.Redirect(w, r, "/"+rest, status)
			return
		}
	}
	echo(p, w, r)
}

func redirectScenarios() []scenario {
	return []scenario{{
		name: "301, 302 and 303 drop the body", serve: redirectByPath, want: []string{"POST /301/end", "GET /end", `"echo GET "`},
		do: func(p *comparisonRun) {
			for _, status := range []int{301, 302, 303} {
				for _, method := range []string{"POST", "GET", "PUT", "HEAD"} {
					p.noteResponse(p.client.Do(p.newRequest(fmt.Sprintf("%s /%d/end", method, status), strings.NewReader("once"))))
				}
			}
		},
	}, {
		name: "307 and 308 keep it", serve: redirectByPath, want: []string{"POST /307/end", "POST /end", `"echo POST twice"`, `"echo PATCH twice"`},
		do: func(p *comparisonRun) {
			for _, status := range []int{307, 308} {
				for _, method := range []string{"POST", "PUT", "PATCH"} {
					p.noteResponse(p.client.Do(p.newRequest(fmt.Sprintf("%s /%d/end", method, status), strings.NewReader("twice"))))
				}
			}
		},
	}, {
		name: "307 and 308 cannot without GetBody", serve: redirectByPath, want: []string{"307 Temporary Redirect", "308 Permanent Redirect", "closed true"},
		do: func(p *comparisonRun) {
			for _, status := range []int{307, 308} {
				body := &uploadBody{Reader: strings.NewReader("once")}
				p.noteResponse(p.client.Do(p.newRequest(fmt.Sprintf("POST /%d/end", status), body)))
				p.clientNote("closed %t", body.closed.Load())
			}
		},
	}, {
		name: "many hops with one body", serve: redirectByPath, want: []string{"PUT /308/307/end", "PUT /307/end", `"echo PUT thrice"`},
		do: func(p *comparisonRun) {
			resp, err := p.client.Do(p.newRequest("PUT /307/308/307/end", strings.NewReader("thrice")))
			if err == nil {
				for r := resp.Request.Response; r != nil; r = r.Request.Response {
					p.clientNote("came from %s by %s", r.Request.URL, r.Status)
				}
			}
			p.noteResponse(resp, err)
		},
	}, {
		name: "a loop", want: []string{"stopped after 10 redirects"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			http.Redirect(w, r, "/again", http.StatusFound)
		},
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("/", nil))) },
	}, {
		name: "CheckRedirect", serve: redirectByPath, want: []string{"302 Found", "enough"},
		do: func(p *comparisonRun) {
			p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			p.noteResponse(p.client.Do(p.newRequest("/302/end", nil)))
			p.client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
				p.clientNote("checks %s after %d, the last a %s", req.URL, len(via), req.Response.Status)
				return errors.New("enough")
			}
			resp, err := p.client.Do(p.newRequest("/303/end", nil))
			if err == nil {
				p.noteResponse(resp, nil)
				return
			}
			p.noteError(err)
			if resp != nil { // http.Client documents that it returns both
				p.clientNote("with %s and a closed body: %v", resp.Status, readError(resp))
			}
		},
	}, {
		name: "another origin gets no credentials", want: []string{"elsewhere: Authorization [] Cookie []", "elsewhere: X-Kept [yes]", `"arrived"`},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			w.Header().Set("Location", r.Header.Get("X-To"))
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		do: func(p *comparisonRun) {
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				p.serverNote("elsewhere: Authorization %v Cookie %v", r.Header["Authorization"], r.Header["Cookie"])
				p.serverNote("elsewhere: X-Kept %v", r.Header["X-Kept"])
				_, _ = io.WriteString(w, "arrived")
			}))
			defer other.Close()
			req := p.newRequest("/", nil)
			req.Header.Set("Authorization", "Bearer secret")
			req.Header.Set("Cookie", "a=b")
			req.Header.Set("X-Kept", "yes")
			// net/http compares host names, and would not take another port for another origin.
			req.Header.Set("X-To", strings.Replace(other.URL, "127.0.0.1", "localhost", 1))
			resp, err := p.client.Do(req)
			if err != nil {
				p.noteError(err)
				return
			}
			b, err := io.ReadAll(resp.Body)
			p.clientNote("%d %q %v", resp.StatusCode, b, err)
			resp.Body.Close()
			p.client.CloseIdleConnections()
		},
	}, {
		name: "cookies", want: []string{`Cookie=["seen=1"]`},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.noteRequest(r)
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			if r.URL.Path == "/first" {
				http.Redirect(w, r, "/second", http.StatusSeeOther)
			}
		},
		do: func(p *comparisonRun) {
			jar, err := cookiejar.New(nil)
			if err != nil {
				p.t.Fatal(err)
			}
			p.client.Jar = jar
			p.noteResponse(p.client.Do(p.newRequest("POST /first", strings.NewReader("x"))))
			p.noteResponse(p.client.Do(p.newRequest("/third", nil)))
		},
	}}
}

// readError returns the error of a Read.
func readError(resp *http.Response) error {
	_, err := resp.Body.Read(make([]byte, 1))
	return err
}

#!/usr/bin/env bash
# github.com/hashicorp/go-retryablehttp v0.7.8: the http.Client that its StandardClient returns, with
# a Jar. An http.Client with the defaults and a Jar is for comparison.
#
# Behavior: a login responds 303 with a cookie, as many do, and the page it leads to asks for that
# cookie. The client gets a 401, and its Jar stays empty, so each later call gets a 401 too. The
# transport of the client is a client of its own, which follows redirects below the Jar. The outer
# client sees only the last response. So its CheckRedirect is not called either: a caller that asks
# for the redirect itself (ErrUseLastResponse), to read its Location, gets where it leads. A login
# that responds 200 with the cookie works in both.
#
# The guess it contradicts: that a standard client is one in all but its retries, so that its fields
# mean what they mean in net/http; and that a login that works without retries works with them.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		if r.URL.RawQuery == "redirect" {
			http.Redirect(w, r, "/account", http.StatusSeeOther)
		}
	})
	mux.HandleFunc("GET /account", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	server := httptest.NewServer(mux)
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	show("http.Client", server.URL, func() *http.Client { return &http.Client{} })
	show("StandardClient", server.URL, retrying.StandardClient)
}

func show(name, server string, newClient func() *http.Client) {
	for _, login := range []string{"/login?redirect", "/login"} {
		c := newClient()
		var err error
		c.Jar, err = cookiejar.New(nil)
		check(err)
		first := status(c.Post(server+login, "text/plain", nil))
		u, err := url.Parse(server)
		check(err)
		fmt.Printf("%s, POST %s: %d, cookies %d, then GET /account: %d\n", name, login, first, len(c.Jar.Cookies(u)), status(c.Get(server+"/account")))
	}
	c := newClient()
	asked := 0
	c.CheckRedirect = func(*http.Request, []*http.Request) error {
		asked++
		return http.ErrUseLastResponse
	}
	fmt.Printf("%s, ErrUseLastResponse: %d, asked %d\n", name, status(c.Post(server+"/login?redirect", "text/plain", nil)), asked)
}

func status(resp *http.Response, err error) int {
	check(err)
	check(resp.Body.Close())
	return resp.StatusCode
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/hashicorp/go-retryablehttp@v0.7.8 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
http.Client, POST /login?redirect: 200, cookies 1, then GET /account: 200
http.Client, POST /login: 200, cookies 1, then GET /account: 200
http.Client, ErrUseLastResponse: 303, asked 1
StandardClient, POST /login?redirect: 401, cookies 0, then GET /account: 401
StandardClient, POST /login: 200, cookies 1, then GET /account: 200
StandardClient, ErrUseLastResponse: 401, asked 0
SEEN
timeout 60 ./finding | tee out
diff seen out

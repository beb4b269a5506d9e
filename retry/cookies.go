package retry

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/layer"
)

// takeCookies does for a response that no caller will see what http.Client does for
// the others: it stores its cookies in the jar. The next attempt gets them from
// withCookies.
func (s *series) takeCookies(resp *http.Response) {
	if s.jar == nil || resp == nil {
		return
	}
	if set := resp.Cookies(); len(set) > 0 {
		s.jarred = append(s.jarred, s.jar.Cookies(s.req.URL)...)
		s.jar.SetCookies(s.req.URL, set)
		s.jarred = append(s.jarred, s.jar.Cookies(s.req.URL)...)
	}
}

// withCookies returns the request of a further attempt with the cookies of the jar as
// they are now, if responses have set some. Those that never were in the jar stay.
func (s *series) withCookies(req *http.Request) *http.Request {
	if len(s.jarred) == 0 {
		return req
	}
	others := slices.DeleteFunc(req.Cookies(), func(c *http.Cookie) bool {
		return slices.ContainsFunc(s.jarred, func(j *http.Cookie) bool { return j.Name == c.Name })
	})
	req = layer.Edit(req)
	req.Header.Del("Cookie")
	for _, c := range append(others, s.jar.Cookies(req.URL)...) {
		req.AddCookie(c)
	}
	return req
}

package retry

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/layer"
)

// takeCookies does what http.Client does only for the last response: it stores the cookies of resp
// in the jar, as those of the host that responded. withCookies adds them to the next attempt.
func (s *series) takeCookies(resp *http.Response) {
	if s.jar == nil || resp == nil {
		return
	}
	set := resp.Cookies()
	if len(set) == 0 {
		return
	}
	for _, c := range s.jar.Cookies(s.req.URL) {
		s.jarred = append(s.jarred, c.String())
	}
	s.taken = true
	from := s.req.URL
	if r := resp.Request; r != nil && r.URL != nil { // an inner layer may have sent to another host
		from = r.URL
	}
	s.jar.SetCookies(from, set)
}

// withCookies returns the request of a further attempt. If responses have set cookies, it has those
// that are now in the jar. Cookies that did not come from the jar stay as they were written, and
// precede one of the jar with the same name.
func (s *series) withCookies(req *http.Request) *http.Request {
	if !s.taken {
		return req
	}
	var pairs, names []string
	for pair := range strings.SplitSeq(strings.Join(req.Header["Cookie"], ";"), ";") {
		if pair = strings.TrimSpace(pair); pair == "" || slices.Contains(s.jarred, pair) {
			continue
		}
		name, _, _ := strings.Cut(pair, "=")
		pairs, names = append(pairs, pair), append(names, name)
	}
	for _, c := range s.jar.Cookies(req.URL) {
		if !slices.Contains(names, c.Name) {
			pairs = append(pairs, c.String())
		}
	}
	req = layer.Edit(req)
	if len(pairs) == 0 {
		req.Header.Del("Cookie")
	} else {
		req.Header.Set("Cookie", strings.Join(pairs, "; "))
	}
	return req
}

package kinds

import (
	"net/http"
	"reflect"
	"regexp"
)

// cookiesAreMasked removes the values of cookies from both views if the tape has a hash in place of
// each.
func cookiesAreMasked(live, taped view) {
	was, is := live["Header"].(http.Header)["Set-Cookie"], taped["Header"].(http.Header)["Set-Cookie"]
	mask := regexp.MustCompile(`^(\w+=)REDACTED\.[0-9a-f]{24}(;|$)`)
	for i := range min(len(was), len(is)) {
		if mask.MatchString(is[i]) {
			was[i] = regexp.MustCompile(`^(\w+=)[^;]*`).ReplaceAllString(was[i], "${1}masked")
			is[i] = mask.ReplaceAllString(is[i], "${1}masked$2")
		}
	}
}

// trailersAreAnnounced allows a tape to announce trailers before the end of the body that the
// server had not announced. The tape does not know when a name came.
func trailersAreAnnounced(live, taped view) {
	const field = "Trailer before the end"
	if live[field].(http.Header) == nil && reflect.DeepEqual(taped[field], http.Header{"X-Sum": nil}) {
		live[field] = taped[field]
	}
}

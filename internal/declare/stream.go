package declare

import (
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
)

// IsStream reports whether the body of the response to req may never end: the request
// accepts text/event-stream, has the query parameter watch=true or watch=1, or is
// declared so, as in [IsSafe].
func IsStream(req *http.Request) bool {
	return acceptsEvents(req.Header["Accept"]) || watches(req) || declared[Stream](req)
}

// acceptsEvents reports whether the first media type of an Accept header is that of
// events: where it is only one of several, the server chooses, and most choose the first.
func acceptsEvents(accept []string) bool {
	if len(accept) == 0 {
		return false
	}
	first, _, _ := strings.Cut(accept[0], ",")
	first, _, _ = strings.Cut(first, ";")
	return ascii.EqualFold(strings.TrimSpace(first), "text/event-stream")
}

func watches(req *http.Request) bool {
	if req.URL == nil {
		return false
	}
	for pair := range strings.SplitSeq(req.URL.RawQuery, "&") {
		if pair == "watch=true" || pair == "watch=1" {
			return true
		}
	}
	return false
}

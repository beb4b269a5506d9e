package declare

import (
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
)

// IsStream reports whether the body of the response to req may never end: the request accepts
// text/event-stream first, has the query parameter watch=true or watch=1, or is declared a stream,
// as in [IsSafe].
func IsStream(req *http.Request) bool {
	return acceptsEvents(req.Header["Accept"]) || watches(req) || declared[Stream](req)
}

// HasEvents reports whether the media type of a response is that of a stream of events.
func HasEvents(resp *http.Response) bool {
	return len(resp.Header["Content-Type"]) > 0 && isEvents(resp.Header["Content-Type"][0])
}

// MayHaveEvents reports whether the response to req may be a stream of events: req is for a stream,
// or accepts text/event-stream among other types.
func MayHaveEvents(req *http.Request) bool {
	for _, v := range req.Header["Accept"] {
		for t := range strings.SplitSeq(v, ",") {
			if isEvents(t) {
				return true
			}
		}
	}
	return IsStream(req)
}

// acceptsEvents reports whether the first media type of an Accept header is that of events. If it
// comes later, the server chooses, and need not send a stream: MCP clients send "application/json,
// text/event-stream" with every call, and most responses are JSON, or events that end with the
// result.
func acceptsEvents(accept []string) bool {
	if len(accept) == 0 {
		return false
	}
	first, _, _ := strings.Cut(accept[0], ",")
	return isEvents(first)
}

// isEvents reports whether a media type, with or without parameters, is that of events.
func isEvents(t string) bool {
	t, _, _ = strings.Cut(t, ";")
	return ascii.EqualFold(strings.TrimSpace(t), "text/event-stream")
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

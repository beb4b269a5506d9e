package ctxerr

import "net/http"

// CallerGone reports whether the caller of a request has given up. At its Timeout, http.Client ends
// a request both by the context and by the deprecated Cancel. Either may come first.
func CallerGone(req *http.Request) bool { return Canceled(req) || req.Context().Err() != nil }

// Canceled reports whether the deprecated Cancel channel of a request has ended it.
func Canceled(req *http.Request) bool {
	select {
	case <-req.Cancel: //nolint:staticcheck // http.Client still uses it
		return true
	default:
		return false
	}
}

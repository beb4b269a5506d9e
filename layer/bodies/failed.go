package bodies

import "net/http"

// Failed is called for a request of [Replayable] or [Guard] whose call ends with an error, before
// the done function that they returned. After it, done no longer waits for a body that GetBody has
// returned and nobody has read: net/http loses one without closing it if the context ends while it
// waits to send a request again over HTTP/2. Failed does nothing if err is nil, since a server may
// respond before it has the body.
func Failed(req *http.Request, err error) {
	if err == nil || req.Body == nil {
		return
	}
	switch r := innermost(req.Body).(type) {
	case *sourceReader:
		r.s.failed()
	case *guarded:
		r.g.failed()
	}
}

package bodies

import "net/http"

// Failed is called for a request of [Replayable] or [Guard] whose call ends with an error, before the
// function that they returned: a body that its GetBody has returned and that nobody has read is not waited
// for. net/http loses one without closing it where the context ends while it waits to send a request again over
// HTTP/2. It does nothing where err is nil: a server may respond before it has the body.
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

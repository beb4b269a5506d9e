package layer

import "net/http"

// Edit returns a copy of req whose Header may be changed. The body is shared:
// send one or the other.
func Edit(req *http.Request) *http.Request {
	r := req.WithContext(req.Context())
	if r.Header = req.Header.Clone(); r.Header == nil {
		r.Header = make(http.Header)
	}
	return r
}

// Reject closes the body of a request that will not be sent, as the contract of http.RoundTripper
// demands, and returns err. If the layer itself decided to reject the request, err should match
// verdict.ErrRejected. Whatever err is, the row of an attempt that has not been sent says so, as after
// [SetSends] with a negative number: a POST that ended in a queue has not done its work.
func Reject(req *http.Request, err error) (*http.Response, error) {
	if a := AttemptFrom(req.Context()); a != nil {
		markUnsent(a)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, err
}

// markUnsent records that the request of an attempt was not sent, unless it was before.
func markUnsent(a *Attempt) {
	if !a.Sent() {
		SetSends(a, -1)
	}
}

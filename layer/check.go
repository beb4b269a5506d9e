package layer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// check reads the body of the response to a, within the bounds of package bodies or of e, passes it
// to the check of e and restores it. A body that is longer or slower is not checked. It is left to
// the caller and its own limits.
func check(a *Attempt, resp *http.Response, e verdict.Expect) error {
	limit, d := int64(bodies.CheckBytes), bodies.CheckTime
	if e.Whole > 0 {
		limit, d = e.Whole, 0
	}
	var data []byte
	err := bodies.ErrLong
	if resp.ContentLength <= limit {
		data, err = peek(a, resp, limit, d)
	}
	switch {
	case errors.Is(err, bodies.ErrLong):
		a.AddNote(fmt.Sprintf("response body over %d bytes: %s", limit, undone(e)))
		return nil
	case errors.Is(err, bodies.ErrSlow):
		a.AddNote(fmt.Sprintf("response body not read within %s: %s", d, undone(e)))
		return nil
	case err != nil || e.Check == nil:
		if err != nil {
			a.flags.Or(flagLost) // it fails the attempt
		}
		return err
	}
	// Pass the same *http.Response, by which a check may recognize it.
	whole := resp.Body
	if whole != nil && whole != http.NoBody {
		resp.Body = io.NopCloser(bytes.NewReader(data))
	}
	defer func() { resp.Body = whole }()
	return checkError(e.Check(resp))
}

// undone says what a body that is too long or too slow was not read for.
func undone(e verdict.Expect) string {
	if e.Check == nil {
		return "not read whole"
	}
	return "not checked"
}

// checkError returns the error of a check as a [verdict.CheckError].
func checkError(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*verdict.CheckError](err); ok {
		return err
	}
	return &verdict.CheckError{Err: err}
}

// judgeCheck judges the error of a check, or of the read before it.
func judgeCheck(req *http.Request, err error) verdict.Verdict {
	if _, ok := errors.AsType[*verdict.CheckError](err); ok {
		return verdict.Retryable
	}
	return verdict.Judge(req, nil, err, verdict.Expect{})
}

// checkable reports whether an accepted response has a body that can be read immediately. A
// response to HEAD, with 204, 205 or 304, a redirect, and a stream have none.
func checkable(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusSwitchingProtocols, http.StatusNoContent, http.StatusResetContent, http.StatusNotModified:
		return false
	}
	if verdict.IsRedirect(resp) || resp.Request != nil && resp.Request.Method == http.MethodHead {
		return false
	}
	t, params, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch t {
	case "text/event-stream", "application/x-ndjson", "application/jsonl", "application/json-seq", "application/stream+json",
		"multipart/x-mixed-replace":
		return false
	}
	// The call of an RPC may go on in both directions. Its type does not say whether it does, except
	// in Connect, which has a type of its own for streams.
	if strings.HasPrefix(t, "application/grpc") || strings.HasPrefix(t, "application/connect+") {
		return false
	}
	return params["stream"] == ""
}

package layer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// check reads the body of the response to a, within the bounds of package bodies,
// shows it to f and restores it. What is longer or slower is not checked: it is left
// to the caller, and to the limits of the caller's choice.
func check(a *Attempt, resp *http.Response, f func(*http.Response) error) error {
	a.Own(resp)
	if resp.Body == nil || resp.Body == http.NoBody {
		return checkError(f(resp))
	}
	data, err := bodies.Peek(resp, bodies.CheckBytes, bodies.CheckTime)
	switch {
	case errors.Is(err, bodies.ErrLong):
		a.AddNote(fmt.Sprintf("body over %d bytes: not checked", bodies.CheckBytes))
		return nil
	case errors.Is(err, bodies.ErrSlow):
		a.AddNote(fmt.Sprintf("body not read within %s: not checked", bodies.CheckTime))
		return nil
	case err != nil:
		return err
	}
	// The same *http.Response, which is how a check can know it again.
	whole := resp.Body
	resp.Body = io.NopCloser(bytes.NewReader(data))
	defer func() { resp.Body = whole }()
	return checkError(f(resp))
}

// checkError returns what a check returned as a [verdict.CheckError].
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

// checkable reports whether an accepted response has a body that can be read at
// once: not that of HEAD, 204, 205 and 304, not a redirect's, no stream.
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
		"application/grpc", "multipart/x-mixed-replace":
		return false
	}
	return params["stream"] == ""
}

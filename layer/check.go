package layer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/gracy-go/gracy/transport/verdict"
)

// checkLimit bounds what a check may hold in memory.
const checkLimit = 1 << 20

// check reads the body of the response to a, within the limit, shows it to f and
// restores it.
func check(a *Attempt, resp *http.Response, f func(*http.Response) error) error {
	a.Own(resp)
	inner := resp.Body
	if inner == nil || inner == http.NoBody {
		return checkError(f(resp))
	}
	data, err := io.ReadAll(io.LimitReader(inner, checkLimit+1))
	switch {
	case len(data) > checkLimit:
		resp.Body = &restored{io.MultiReader(bytes.NewReader(data), inner), inner}
		a.AddNote(fmt.Sprintf("body over %d bytes: not checked", checkLimit))
		return nil
	case err != nil:
		resp.Body = &restored{io.MultiReader(bytes.NewReader(data), failing{err}), inner}
		return err
	}
	// The same *http.Response, which is how a check can know it again.
	resp.Body = io.NopCloser(bytes.NewReader(data))
	defer func() { resp.Body = &restored{bytes.NewReader(data), inner} }()
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

// restored is a body that was read and put back; closing it closes the
// original, which still holds what is tied to it.
type restored struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
)

// Expect is what a caller counts as success. The zero value accepts 2xx.
// It is carried in the context ([WithExpect]), fixed when the call begins, and
// read by every layer, so that an expected 404 is neither retried nor counted
// as a failure. A redirect that the client will follow is neither success nor
// failure and always passes.
type Expect struct {
	// Status lists codes that are accepted besides 2xx, or, with Only, instead.
	Status []int
	// Only restricts success to Status.
	Only bool
	// Check looks at the body of an accepted answer; an error fails the attempt
	// with the verdict [Retryable]. It runs once per attempt and may read the
	// whole body, up to 1 MiB, which is restored afterwards; it is not asked
	// about longer bodies, streams, and answers that cannot have a body (to
	// HEAD; 204, 205, 304). nil checks nothing.
	Check func(*http.Response) error
}

// WithExpect attaches e to a context. It replaces an earlier one.
func WithExpect(ctx context.Context, e Expect) context.Context { return WithSetting(ctx, e) }

// Attach makes an Expect an [Override].
func (e Expect) Attach(ctx context.Context) context.Context { return WithExpect(ctx, e) }

// Accepts reports whether the status code counts as success.
func (e Expect) Accepts(status int) bool {
	if slices.Contains(e.Status, status) {
		return true
	}
	return !e.Only && status/100 == 2
}

// Expect returns what the caller of the call counts as success.
func (c *Call) Expect() Expect {
	if c.settings == nil {
		return Expect{}
	}
	e, _ := lookup[Expect](c.settings, c.cut())
	return e
}

// checkLimit bounds what a check may hold in memory.
const checkLimit = 1 << 20

// A CheckError is the failed check of an accepted answer.
type CheckError struct{ Err error }

func (e *CheckError) Error() string { return "check: " + e.Err.Error() }

// Unwrap returns what the check said.
func (e *CheckError) Unwrap() error { return e.Err }

// check reads the body of resp, within the limit, shows it to f and restores it.
func (a *Attempt) check(resp *http.Response, f func(*http.Response) error) error {
	a.Own(resp)
	inner := resp.Body
	if inner == nil || inner == http.NoBody {
		return checked(f(resp))
	}
	data, err := io.ReadAll(io.LimitReader(inner, checkLimit+1))
	switch {
	case len(data) > checkLimit:
		resp.Body = &restored{io.MultiReader(bytes.NewReader(data), inner), inner}
		a.Note(fmt.Sprintf("body over %d bytes: not checked", checkLimit))
		return nil
	case err != nil:
		resp.Body = &restored{io.MultiReader(bytes.NewReader(data), failing{err}), inner}
		return err
	}
	// The same *http.Response, which is how a check can know it again.
	resp.Body = io.NopCloser(bytes.NewReader(data))
	defer func() { resp.Body = &restored{bytes.NewReader(data), inner} }()
	return checked(f(resp))
}

func checked(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*CheckError](err); ok {
		return err
	}
	return &CheckError{err}
}

// checkable reports whether an accepted answer has a body that is there to be
// read at once: not that of HEAD, 204, 205 and 304, not a redirect's, no stream.
func checkable(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusSwitchingProtocols, http.StatusNoContent, http.StatusResetContent, http.StatusNotModified:
		return false
	}
	if followed(resp) || resp.Request != nil && resp.Request.Method == http.MethodHead {
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

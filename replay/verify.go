package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport"
)

// VerifyOptions says what Verify sends and how it compares. The zero value sends
// the requests with a safe method and compares the values of whole bodies.
type VerifyOptions struct {
	// Unsafe also sends requests with methods other than GET, HEAD and OPTIONS, which may change
	// something at the server.
	Unsafe bool
	// Shape compares JSON by its members and their types, whatever their values and however many
	// elements an array has.
	Shape bool
	// Headers names headers of the response that are compared besides Content-Type and Location.
	Headers []string
	// Ignore names JSON members, at any depth, and fields of forms that may differ.
	Ignore []string
}

// A Drift says how the response to a recorded request differs from the one on the tape.
type Drift struct {
	Method   string    `json:"method"`
	URL      string    `json:"url"` // redacted, as it is on tape
	Route    string    `json:"route,omitempty"`
	Recorded time.Time `json:"recorded"`
	// Skipped says why the request was not sent, "" if it was.
	Skipped string `json:"skipped,omitempty"`
	// Differences are the first 16 places that differ, and More counts the others.
	Differences []Difference `json:"differences,omitempty"`
	More        int          `json:"more,omitempty"`

	failed bool // whether there is no response to compare
}

// String returns the request and what differs, on one line.
func (d *Drift) String() string {
	what := "as recorded"
	switch {
	case d.failed:
		what = "not compared: no response"
	case d.Skipped != "":
		what = "not sent: " + d.Skipped
	case len(d.Differences) > 0:
		what = inWords(d.Differences, d.More)
	}
	return fmt.Sprintf("%s %s: %s", d.Method, d.URL, what)
}

var errItself = errors.New("replay: Verify: the chain holds the tape, which would be compared with itself: leave the tape out")

// Verify sends the recorded requests again through next, one after the other, and compares each
// response with the one on the tape, so that a test that only replays does not outlive the API.
// It compares status, Content-Type and Location, and the body by its meaning, with secrets
// masked. The tape is not changed. A request that was recorded several times is compared with its
// last response.
//
// What is masked cannot be sent. Headers with a mask are left out, so next needs a layer that
// sets credentials (package auth). Requests with a mask in their URL or body are skipped. Next
// should wait between requests as the API demands (package throttle). It must not hold the tape
// itself, which is an error.
//
// Each request yields a Drift, also if nothing differs. The error beside it is that of sending
// the request. An error without a Drift is that of ctx, of the store or of next, and is the last
// one.
func (t *Tape) Verify(ctx context.Context, next http.RoundTripper, opts VerifyOptions) iter.Seq2[*Drift, error] {
	return func(yield func(*Drift, error) bool) {
		if t.IsOff() {
			return
		}
		for _, layer := range transport.Layers(next) {
			if layer == t {
				yield(nil, errItself)
				return
			}
		}
		v := verifier{VerifyOptions: opts, next: next, masker: t.masker, maxBody: t.opts.MaxBody}
		if next == nil {
			v.next = http.DefaultTransport
		}
		if err := t.writer.queue.flush(ctx); err != nil {
			yield(nil, err)
			return
		}
		for x, err := range t.writer.reads.scan(ctx, 0) {
			if err == nil {
				err = ctx.Err()
			}
			repeated := false
			if err == nil {
				repeated, err = isRepeated(ctx, t, x)
			}
			if err == nil && !repeated && v.notSent(x) == "" {
				x, err = t.writer.whole(ctx, x)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !repeated && !yield(v.verify(ctx, x)) {
				return
			}
		}
	}
}

// isRepeated reports whether a tape has a later recording of the same request.
func isRepeated(ctx context.Context, t *Tape, x *store.Exchange) (bool, error) {
	later, err := t.writer.reads.find(ctx, t.capturer.keyOf(x), x.ID)
	return later != nil, err
}

// verifier sends recorded requests again.
type verifier struct {
	VerifyOptions
	next    http.RoundTripper
	masker  masker
	maxBody int64 // of a response, in bytes
}

// verify compares one exchange with the current response.
func (v verifier) verify(ctx context.Context, x *store.Exchange) (*Drift, error) {
	d := &Drift{
		Method: methodOf(x.Request.Method), URL: x.Request.URL, Route: x.Route, Recorded: x.Start,
		Skipped: v.notSent(x),
	}
	if d.Skipped != "" {
		return d, nil
	}
	actual, opaque, err := v.again(ctx, x)
	if err != nil {
		d.failed = true
		return d, err
	}
	l := v.drift(x.Response, actual, opaque)
	d.Differences, d.More = differences(l, v.masker.literals), l.More
	return d, nil
}

// notSent returns why a recorded request cannot be sent again, or "".
func (v verifier) notSent(x *store.Exchange) string {
	safe := []string{http.MethodGet, http.MethodHead, http.MethodOptions}
	r := &x.Request
	switch {
	case !slices.Contains(safe, methodOf(r.Method)) && !v.Unsafe:
		return "the method is not safe"
	case x.Response == nil || x.Fault != nil:
		return "the tape holds an error"
	case !x.Complete:
		return "the recorded response is not complete"
	case x.MissingBody() > wholeUpTo:
		return "the recorded body is longer than 32 MiB"
	case r.BodySum != nil:
		return "the tape holds a hash of the request body"
	case strings.Contains(r.URL, redact.Mask):
		return "part of the URL is masked"
	case bytes.Contains(r.Body, []byte(redact.Mask)):
		return "part of the request body is masked"
	}
	return ""
}

// again sends a recorded request and returns the response as a tape would store it. opaque says
// that its body could not be masked.
func (v verifier) again(ctx context.Context, x *store.Exchange) (masked *store.Response, opaque bool, err error) {
	req := requestOf(&x.Request, x.Request.ParseURL()).WithContext(ctx)
	for name, values := range req.Header {
		if strings.Contains(strings.Join(values, "\n"), redact.Mask) {
			req.Header.Del(name)
		}
	}
	if len(x.Request.Body) == 0 {
		req.Body, req.ContentLength = nil, 0
	}
	resp, err := v.next.RoundTrip(req)
	if err != nil {
		return nil, false, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, v.maxBody+1))
	switch {
	case err != nil:
		return nil, false, fmt.Errorf("replay: read the response to %s %s: %w", req.Method, x.Route, err)
	case int64(len(body)) > v.maxBody:
		return nil, false, fmt.Errorf("replay: the response to %s %s is longer than Options.MaxBody (%d)", req.Method, x.Route, v.maxBody)
	}
	live := &store.Response{StatusCode: resp.StatusCode, Status: resp.Status, Header: resp.Header, Body: body}
	_, err = v.masker.response(live, true)
	switch {
	case errors.Is(err, errOpaque):
		live.Header = v.masker.header(resp.Header)
		return live, true, nil
	case err != nil:
		return nil, false, err
	}
	return live, false, nil
}

// drift compares two masked responses. It shows nothing of an opaque body, since that has its
// secrets and part of it may be readable.
func (v verifier) drift(taped, actual *store.Response, opaque bool) (l compare.List) {
	if taped.StatusCode != actual.StatusCode {
		l.Values("status", taped.StatusCode, actual.StatusCode)
	}
	for _, name := range canonicalNames(append([]string{"Content-Type", "Location"}, v.Headers...)) {
		if a, b := taped.Header[name], actual.Header[name]; !slices.Equal(a, b) {
			l.Texts("header "+name, a, b)
		}
	}
	if opaque {
		switch {
		case bytes.Equal(taped.Body, actual.Body):
		case len(taped.Body) == len(actual.Body):
			l.Texts("body: another SHA-256 (its content cannot be masked)", nil, nil)
		default:
			l.Values("length of the body (its content cannot be masked)", len(taped.Body), len(actual.Body))
		}
		return l
	}
	a := compare.Body{Header: taped.Header, Content: v.masker.plain(taped.Header, taped.Body)}
	b := compare.Body{Header: actual.Header, Content: v.masker.plain(actual.Header, actual.Body)}
	if v.Shape {
		l.Shapes(a, b, v.Ignore)
	} else {
		l.Bodies(a, b, v.Ignore)
	}
	return l
}

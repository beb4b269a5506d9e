// Package rttest has the round trippers, layers and readers that the tests of several packages
// need.
package rttest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// URL is where [Try] and [Get] send their requests.
const URL = "http://api.test/things/7"

// Func is a round tripper made of a function.
type Func func(*http.Request) (*http.Response, error)

// RoundTrip calls f(req).
func (f Func) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Response returns a response to req.
func Response(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// Respond reads and closes the request body and responds with the status and the body.
func Respond(status int, body string) Func {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		return Response(req, status, body), nil
	}
}

// RespondHeader is [Respond] with headers, given as alternating names and values.
func RespondHeader(status int, body string, header ...string) Func {
	respond := Respond(status, body)
	return func(req *http.Request) (*http.Response, error) {
		resp, err := respond(req)
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Add(header[i], header[i+1])
		}
		return resp, err
	}
}

// RespondBody responds with 200 and a body of unknown length.
func RespondBody(body io.ReadCloser) Func {
	return func(req *http.Request) (*http.Response, error) {
		resp := Response(req, http.StatusOK, "")
		resp.Body, resp.ContentLength = body, -1
		return resp, nil
	}
}

// Fail closes the request body and returns err.
func Fail(err error) Func {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
}

// Sequence sends the first request to the first step, the second to the second, and so on. Requests
// beyond the last step go to the last. It is not safe for concurrent use.
func Sequence(steps ...http.RoundTripper) Func {
	i := 0
	return func(req *http.Request) (*http.Response, error) {
		s := steps[min(i, len(steps)-1)]
		i++
		return s.RoundTrip(req)
	}
}

// Try sends a GET to [URL].
func Try(ctx context.Context, rt http.RoundTripper) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, URL, nil)
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req)
}

// Get sends a GET to [URL]. It ends the test if there is no response.
func Get(ctx context.Context, tb testing.TB, rt http.RoundTripper) *http.Response {
	tb.Helper()
	resp, err := Try(ctx, rt)
	if err != nil {
		tb.Fatal(err)
	}
	return resp
}

// Read reads a response body to its end and closes it. It reports a failure as an error of the
// test.
func Read(tb testing.TB, resp *http.Response) string {
	tb.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Error(err)
	}
	if err := resp.Body.Close(); err != nil {
		tb.Error(err)
	}
	return string(b)
}

// PanicOf returns the value that f panics with, or nil if f does not panic.
func PanicOf(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

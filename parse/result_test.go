package parse_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestAResponseHasStatusAndHeaders(t *testing.T) {
	got, err := get[parse.Response[[]int]](t, reply{status: 201, body: `[1]`, header: http.Header{"Etag": {"v"}}})
	a, _ := got.(parse.Response[[]int])
	if err != nil || a.Status != 201 || a.Header.Get("ETag") != "v" || len(a.Value) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	got, err = get[parse.Response[[]int]](t, reply{status: 304, header: http.Header{"Etag": {"v"}}}, parse.ZeroOn(304))
	if a, _ := got.(parse.Response[[]int]); err != nil || a.Status != 304 || a.Header.Get("ETag") != "v" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAcceptIsJSONUnlessTheBodyStaysUndecoded(t *testing.T) {
	accept := func(f func(*http.Client) error) string {
		s, client := serve(t, reply{status: 200, body: `{}`})
		if err := f(client); err != nil {
			t.Error(err)
		}
		return s.got[0].Header.Get("Accept")
	}
	if got := accept(func(c *http.Client) error {
		_, err := parse.Get[parse.Response[[]byte]](t.Context(), c, url)
		return err
	}); got != "" {
		t.Errorf("Accept %q for raw bytes", got)
	}
	if got := accept(func(c *http.Client) error {
		_, err := parse.Get[parse.Response[pokemon]](t.Context(), c, url)
		return err
	}); got != "application/json" {
		t.Errorf("Accept %q for a typed response", got)
	}
}

func TestABodyThatTheCallerClosesIsLeftOpen(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: "stream"})
	body, err := parse.Get[io.ReadCloser](t.Context(), client, url, parse.MaxBytes(1))
	if err != nil || s.sent[0].Closed != 0 {
		t.Fatalf("%v, closed %d times", err, s.sent[0].Closed)
	}
	if b, _ := io.ReadAll(body); string(b) != "stream" {
		t.Errorf("read %q", b)
	}
	_ = body.Close()
	resp, err := parse.Get[*http.Response](t.Context(), client, url)
	if err != nil || resp.StatusCode != 200 || s.sent[1].Closed != 0 {
		t.Fatalf("%v", err)
	}
	_ = resp.Body.Close()
	_, err = parse.Get[io.ReadCloser](t.Context(), client, url, parse.Check(func(*io.ReadCloser) error { return nil }))
	if !errors.Is(err, parse.ErrArgument) {
		t.Errorf("a check of a stream: %v", err)
	}
	// A response that is not a success does not reach the caller.
	_, client = serve(t, reply{status: 500})
	if resp, err := parse.Get[*http.Response](t.Context(), client, url); resp != nil || !errors.Is(err, parse.Status(500)) {
		t.Errorf("%v, %v", resp, err)
	}
}

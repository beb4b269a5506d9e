package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// If the base did less than it must, the layers would look more expensive or cheaper than they are.
func TestTheStubDoesWhatABaseMust(t *testing.T) {
	s := newStub(false)
	sent := &countingUpload{Reader: strings.NewReader(postPayload)}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target().String(), sent)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if sent.Len() != 0 || sent.closes != 1 {
		t.Errorf("the request's body: %d bytes unread, closed %d times", sent.Len(), sent.closes)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != payload || resp.ContentLength != int64(len(payload)) {
		t.Errorf("body %q, %v", body, err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") == "" || resp.Request != req {
		t.Errorf("response %+v", resp)
	}
}

type countingUpload struct {
	*strings.Reader
	closes int
}

func (w *countingUpload) Close() error {
	w.closes++
	return nil
}

func TestEveryOtherResponseOfAFlakyStubIsA503(t *testing.T) {
	s := newStub(true)
	for i, want := range []int{503, 200, 503, 200} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target().String(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.RoundTrip(req)
		if err != nil || resp.StatusCode != want {
			t.Errorf("call %d: %v, %v", i, resp, err)
		}
		_ = resp.Body.Close()
	}
}

func TestCallersReadBodiesToTheEndAndCloseThem(t *testing.T) {
	for name, call := range map[string]way{"get": get, "post": post, "twice": twice, "do": do} {
		open, read := 0, 0
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			open++
			resp := respond(req, 200, http.Header{})
			resp.Body = &ending{resp.Body, &open, &read}
			return resp, nil
		})
		c := newCaller(base, &http.Client{Transport: base}, nothing)
		for range 3 {
			if err := call(c); err != nil {
				t.Fatal(name, err)
			}
		}
		if open != 0 || read == 0 || read%len(payload) != 0 {
			t.Errorf("%s: %d bodies open, %d bytes read", name, open, read)
		}
	}
}

type ending struct {
	io.ReadCloser
	open, read *int
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	*e.read += n
	return n, err
}

func (e *ending) Close() error {
	*e.open--
	return e.ReadCloser.Close()
}

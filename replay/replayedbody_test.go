package replay_test

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/replay"
)

// A replayed body keeps the rules of io.Reader and net/http: it is whole in small reads, has its
// trailer only at the end, and returns an error after Close.
func TestAReplayedBody(t *testing.T) {
	text := strings.Repeat("0123456789", 1000)
	base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, text)
		resp.Trailer = http.Header{"X-Sum": {"1"}}
		return resp, nil
	}}
	for _, opts := range []replay.Options{{}, {Speed: 1e6}, {Delay: 1}} {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		want(t, tape.Wrap(base), api+"/a", 200, text)
		closeTape(t, tape)
		opts.Mode = replay.ModeReplay
		tape = open(t, path, opts)
		fetch := func() *http.Response {
			resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
			if err != nil {
				t.Fatal(err)
			}
			return resp
		}
		resp := fetch()
		if err := iotest.TestReader(resp.Body, []byte(text)); err != nil {
			t.Errorf("%+v: %v", opts, err)
		}
		_ = resp.Body.Close()
		resp = fetch()
		if v := resp.Trailer["X-Sum"]; v != nil {
			t.Errorf("before the end the trailer is %v", v)
		}
		if _, err := io.Copy(io.Discard, iotest.OneByteReader(resp.Body)); err != nil || resp.Trailer.Get("X-Sum") != "1" {
			t.Errorf("%v, trailer %v", err, resp.Trailer)
		}
		_ = resp.Body.Close()
		_ = resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("after Close: %v", err)
		}
		closeTape(t, tape)
	}
}

// A caller may remove the trailer before the body has ended, as with net/http.
func TestAReplayedBodyWithoutItsTrailer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{})
	want(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "text")
		resp.Trailer = http.Header{"X-Sum": {"1"}}
		return resp, nil
	}}), api+"/a", 200, "text")
	closeTape(t, tape)
	tape = openReplay(t, path)
	defer closeTape(t, tape)
	resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	resp.Trailer = nil
	if body := readAll(t, resp); body != "text" || resp.Trailer.Get("X-Sum") != "1" {
		t.Errorf("%q, %v", body, resp.Trailer)
	}
}

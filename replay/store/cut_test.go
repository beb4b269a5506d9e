package store_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

func TestCutErrorSaysWhereTheRecordingEnds(t *testing.T) {
	err := error(&store.CutError{Method: "GET", URL: "https://a.test/x", Bytes: 42, Recorded: time.Unix(0, 0)})
	const want = "replay: GET https://a.test/x: the recording of 1970-01-01T00:00:00Z ends here, after 42 bytes, since its caller left: record it anew to read on"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if !errors.Is(err, store.ErrCut) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) {
		t.Error("it is ErrCut, and no end or cancel that a caller may take for its own")
	}
}

func TestCallerLeft(t *testing.T) {
	resp, left := &store.Response{StatusCode: http.StatusOK}, &store.Fault{Kind: store.FaultCallerLeft}
	for name, c := range map[string]struct {
		x    store.Exchange
		want bool
	}{
		"left":             {store.Exchange{Response: resp, Fault: left}, true},
		"whole":            {store.Exchange{Response: resp, Complete: true}, false},
		"without an end":   {store.Exchange{Response: resp}, false},
		"broken off":       {store.Exchange{Response: resp, Fault: &store.Fault{Kind: store.FaultConnReset}, Complete: true}, false},
		"edited: complete": {store.Exchange{Response: resp, Fault: left, Complete: true}, false},
		"no response":      {store.Exchange{Fault: left}, false},
	} {
		if got := c.x.CallerLeft(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

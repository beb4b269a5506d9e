package http3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

// What a tape replays is what the server sent, with its protocol, its headers and its trailers,
// announced or not.
func TestATapeOfHTTP3(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Trailer", "X-Sum")
		w.Header()["X-Twice"] = []string{"1", "2"}
		_, _ = w.Write(b)
		w.Header().Set("X-Sum", "4")
		w.Header().Set(http.TrailerPrefix+"X-Late", "yes")
	})
	path := filepath.Join(t.TempDir(), "tape.json")
	for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay} {
		tape, err := replay.Open(path, replay.Options{Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader("data"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := tape.Wrap(s.base).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(b) != "data" || err != nil || resp.Proto != "HTTP/3.0" || resp.ProtoMajor != 3 || len(resp.Header["X-Twice"]) != 2 ||
			resp.Trailer.Get("X-Sum") != "4" || resp.Trailer.Get("X-Late") != "yes" {
			t.Errorf("%s: %q, %v, %s, %v, trailer %v", mode, b, err, resp.Proto, resp.Header, resp.Trailer)
		}
		if replayed := transport.CallOf(resp).Attempt().Replayed(); replayed != (mode == replay.ModeReplay) {
			t.Errorf("%s: replayed %v", mode, replayed)
		}
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
		s.kill() // the second time, nobody is there
	}
}

// A stream that its caller cancels is on the tape up to there, and one that a time limit ends is not,
// although quic-go reports both as H3_REQUEST_CANCELLED.
func TestAStreamThatIsCanceled(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		tape, err := replay.Open(filepath.Join(t.TempDir(), "tape.json"), replay.Options{Errors: true})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		rt := firstRead{tape.Wrap(s.base), func() { cancel(end) }}
		if _, _, err := do(t, ctx, rt, http.MethodGet, s.url, nil); err == nil {
			t.Error("the stream has ended")
		}
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
		left := int64(1)
		if errors.Is(end, context.DeadlineExceeded) {
			left = 0
		}
		if got := tape.Stats(); got.Cut != left || got.Incomplete != 1-left {
			t.Errorf("%v: %+v", end, got)
		}
	}
}

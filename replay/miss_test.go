package replay_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestMissSendsNothing(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/pokemon/1?page=1&secret=hunter2", 200, "1")
			closeTape(t, tape)

			tape = open(t, path, replay.Options{Mode: replay.ModeReplay})
			rt := tape.Wrap(noNetwork(t))
			body := &countedBody{Reader: strings.NewReader("x")}
			req := request(t, "POST", api+"/pokemon/1?page=2&secret=hunter2", "")
			req.Body = body
			_, err := rt.RoundTrip(req)
			var miss *replay.MissError
			if !errors.As(err, &miss) {
				t.Fatalf("error %T %v", err, err)
			}
			if !errors.Is(err, replay.ErrMiss) || !errors.Is(err, verdict.ErrRejected) {
				t.Error("matches neither ErrMiss nor ErrRejected")
			}
			if miss.Reason != replay.MissUnknown || miss.Route != "/pokemon/{id}" && !strings.HasPrefix(miss.Route, "/pokemon/") {
				t.Errorf("%+v", miss)
			}
			const want = "replay: POST " + api + "/pokemon/1?page=2&secret=REDACTED is not on tape: unknown; the nearest is GET " + api +
				`/pokemon/1?page=1&secret=REDACTED, which differs in method: "POST", on tape "GET"; query page: "2", on tape "1"; body: "x", on tape nothing`
			if err.Error() != want {
				t.Errorf("%s\nwant\n%s", err, want)
			}
			if n := body.count(); n != 1 {
				t.Errorf("request body closed %d times, want once", n)
			}
			if s := tape.Stats(); s.Missed != 1 || s.Replayed != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

package replay_test

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func TestSequenceEnds(t *testing.T) {
	for _, c := range []struct {
		end  replay.End
		want string
	}{
		{replay.EndRepeatLast, "1 2 3 3 3"},
		{replay.EndMiss, "1 2 3 consumed consumed"},
		{replay.EndCycle, "1 2 3 1 2"},
	} {
		t.Run(c.end.String(), func(t *testing.T) {
			for _, name := range stores() {
				t.Run(name, func(t *testing.T) {
					path := filepath.Join(t.TempDir(), name)
					tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
					rt := tape.Wrap(codes(503, 503))
					for i := range 3 {
						want(t, rt, api+"/a", []int{503, 503, 200}[i], strconv.Itoa(i+1))
					}
					closeTape(t, tape)

					tape = open(t, path, replay.Options{Mode: replay.ModeReplay, End: c.end})
					rt = tape.Wrap(noNetwork(t))
					var got []string
					for range 5 {
						resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
						var miss *replay.MissError
						switch {
						case errors.As(err, &miss):
							got = append(got, string(miss.Reason))
						case err != nil:
							t.Fatal(err)
						default:
							b := make([]byte, 1)
							_, _ = resp.Body.Read(b)
							got = append(got, string(b))
						}
					}
					if s := strings.Join(got, " "); s != c.want {
						t.Errorf("got %s, want %s", s, c.want)
					}
					tape.Rewind()
					want(t, rt, api+"/a", 503, "1")
				})
			}
		})
	}
}

func TestEndNames(t *testing.T) {
	for want, got := range map[string]string{
		"repeat last": replay.EndRepeatLast.String(), "miss": replay.EndMiss.String(),
		"cycle": replay.EndCycle.String(), "End(9)": replay.End(9).String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

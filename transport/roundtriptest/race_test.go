package roundtriptest

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

const raceChild = "ROUNDTRIPTEST_RACE"

// A write concurrent with the reader of request-read-concurrently must fail the run, in a process
// of its own. A decorator that does not write must pass. The test needs -race.
func TestAWriteToTheRequestIsADataRace(t *testing.T) {
	if !race.Enabled {
		t.Skip("needs -race")
	}
	for child, want := range map[string]bool{"sound": false, "before": true, "after": true} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRaceChild$", "-test.count=1")
		cmd.Env = append(os.Environ(), raceChild+"="+child)
		out, err := cmd.CombinedOutput()
		if raced := strings.Contains(string(out), "DATA RACE"); raced != want || (err != nil) != want {
			t.Errorf("%s: race seen %v, error %v; want both %v\n%s", child, raced, err, want, out)
		}
	}
}

// TestRaceChild runs in the process that TestAWriteToTheRequestIsADataRace starts.
func TestRaceChild(t *testing.T) {
	child := os.Getenv(raceChild)
	if child == "" {
		t.Skip("started by TestAWriteToTheRequestIsADataRace")
	}
	wrap := decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if child == "before" {
			req.Header.Set("X-Mutant", "1")
		}
		resp, err := next.RoundTrip(req)
		if child == "after" {
			req.Header.Del("X-Mutant")
		}
		return resp, err
	})
	for _, c := range cases() {
		if c.name == "request-read-concurrently" {
			if found := c.execute(t, &probe{wrap: wrap, readers: true}); len(found) > 0 && child == "sound" {
				t.Error(found)
			}
		}
	}
}

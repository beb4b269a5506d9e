package replaytest_test

import (
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/replaytest"
)

// A test that panics, or that ends its goroutine itself, has not passed. Package testing marks it
// as failed only after its cleanups have run, so this needs a process of its own.
func TestATestThatPanicsDoesNotReplaceItsTape(t *testing.T) {
	if how := os.Getenv("GRACY_TEST_ENDS"); how != "" {
		srv, _ := counting(t)
		tape := replaytest.Open(t, replaytest.Config{Path: os.Getenv("GRACY_TEST_TAPE")})
		if got := get(&http.Client{Transport: tape.Wrap(nil)}, srv.URL+"/n"); got != "1" {
			t.Error(got)
		}
		switch how {
		case "panics":
			panic("as a test may")
		case "panics in a cleanup":
			t.Cleanup(func() { panic("as a cleanup may") })
		case "exits":
			runtime.Goexit()
		}
		return
	}
	paths := []string{"tape.json", "tape.db"}
	if testing.Short() { // each case starts three processes
		paths = paths[:1]
	}
	for _, path := range paths {
		for _, how := range []string{"panics", "panics in a cleanup", "exits"} {
			t.Run(how+", "+path, func(t *testing.T) {
				record(t)
				ends := func(how string) (string, error) {
					cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestATestThatPanicsDoesNotReplaceItsTape$", "-test.v")
					cmd.Env = append(os.Environ(), "GRACY_TEST_ENDS="+how, "GRACY_TEST_TAPE="+path)
					out, err := cmd.CombinedOutput()
					return string(out), err
				}
				if out, err := ends(how); err == nil || len(contents(t)) > 0 || !strings.Contains(out, "there is still no "+path) {
					t.Errorf("without a tape: error %v, %d files\n%s", err, len(contents(t)), out)
				}
				if out, err := ends("well"); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				before := contents(t)
				out, err := ends(how)
				if err == nil || !strings.Contains(out, path+" is unchanged") {
					t.Errorf("error %v\n%s", err, out)
				}
				if after := contents(t); len(after) != 1 || string(after[path]) != string(before[path]) {
					t.Errorf("%d files, and the tape differs: %v", len(after), string(after[path]) != string(before[path]))
				}
			})
		}
	}
}

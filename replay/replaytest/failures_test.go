package replaytest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/replaytest"
)

// missing runs a test that makes 25 requests that are not on its tape, and returns what the test
// prints.
func missing(t *testing.T, path func(i int) string) string {
	t.Helper()
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 1, &got)); f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	return run("TestPoll", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{AnyCount: true}).Wrap(nil)}
		for i := range 25 {
			get(c, "http://127.0.0.1/other/"+path(i))
		}
	}).text()
}

func TestATestPrintsAFewOfItsFailures(t *testing.T) {
	text := missing(t, strconv.Itoa)
	if n := strings.Count(text, "is not on tape"); n != 10 || !strings.HasSuffix(text, "\nreplaytest: and 15 more") {
		t.Errorf("%d printed: %s", n, text)
	}
}

// A client may retry what failed, and a full disk fails every write.
func TestTheSameFailureIsPrintedOnce(t *testing.T) {
	text := missing(t, func(i int) string { return strconv.Itoa(i / 24) })
	if n := strings.Count(text, "/other/0 is not on tape"); n != 1 || !strings.Contains(text, " (24 times)\n") || strings.Count(text, " times)") != 1 {
		t.Errorf("%d printed: %s", n, text)
	}
}

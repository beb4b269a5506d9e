package replaytest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/replaytest"
)

func TestATestPrintsAFewOfItsFailures(t *testing.T) {
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 1, &got)); f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	f := run("TestPoll", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{AnyCount: true}).Wrap(nil)}
		for i := range 25 {
			get(c, "http://127.0.0.1/other/"+strconv.Itoa(i))
		}
	})
	if n := strings.Count(f.text(), "is not on tape"); n != 10 || !strings.HasSuffix(f.text(), "\nreplaytest: and 15 more") {
		t.Errorf("%d printed: %s", n, f.text())
	}
}

// A client of its own may try again what failed, and a disk that is full fails each write.
func TestTheSameFailureIsPrintedOnce(t *testing.T) {
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 1, &got)); f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	f := run("TestPoll", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{AnyCount: true}).Wrap(nil)}
		for i := range 25 {
			get(c, "http://127.0.0.1/other/"+strconv.Itoa(i/24))
		}
	})
	if n := strings.Count(f.text(), "/other/0 is not on tape"); n != 1 || !strings.Contains(f.text(), " (24 times)\n") || strings.Count(f.text(), " times)") != 1 {
		t.Errorf("%d printed: %s", n, f.text())
	}
}

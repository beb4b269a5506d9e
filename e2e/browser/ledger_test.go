package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
)

// Go writes the list of the slowest calls, and the script of the page writes the call that is
// chosen. The two texts of a call must be equal to the digit.
func TestALedgerIsTheSameOfBothHands(t *testing.T) {
	b := open(t)
	var calls metrics.Timeline
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	times := []time.Duration{
		0, 120 * time.Microsecond, 1200 * time.Microsecond, 10 * time.Millisecond, 1500 * time.Millisecond, 20 * time.Second,
		90 * time.Second, time.Hour - time.Second, 2*time.Hour - 15*time.Second, 3*time.Hour + 5*time.Minute,
	}
	for i, d := range times {
		calls.Calls = append(calls.Calls, metrics.Call{
			Method: "GET", Route: "/r", Start: at.Add(time.Duration(i) * time.Second), Elapsed: d, Outcome: "ok", Made: 1,
			Attempts: []metrics.Attempt{{Number: 1, Headers: d, Status: 200, Cause: "first", Verdict: "ok", Sent: true}},
		})
	}
	var page bytes.Buffer
	if err := report.HTML(&page, source{calls}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do("open", chromedp.Navigate("file://"+path))
	b.wait(`document.body.dataset.drawn === "10"`)
	want := value[[]string](b, `[...document.querySelectorAll("#figures pre")].map((e) => e.textContent)`)
	_ = value[bool](b, `document.getElementById("timeline").focus(), true`)
	b.do("keys", chromedp.KeyEvent(kb.Home))
	for i := range times {
		got := value[string](b, `document.getElementById("call").textContent`)
		if !slices.Contains(want, got) {
			t.Errorf("call %d: the script has\n%s\nwhich is none of\n%s", i, got, strings.Join(want, "\n"))
		}
		b.do("keys", chromedp.KeyEvent(kb.ArrowRight))
	}
	b.quiet("file://")
}

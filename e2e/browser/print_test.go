package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
)

// On paper a page is light and its widest table fits. With text of twice the size, nothing is cut
// off.
func TestPaperAndLargeText(t *testing.T) {
	b := open(t)
	stats := metrics.New("pokeapi")
	stats.KeepCalls(metrics.DefaultCalls)
	traffic(t, stats, 200)
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.HTML(f, wide{stats}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b.do("open", chromedp.EmulateViewport(800, 900), chromedp.Navigate("file://"+path))
	b.wait(`document.body.dataset.drawn === "200"`)
	b.do("large", chromedp.Evaluate[chromedp.Void](`document.documentElement.style.fontSize = "200%"`))
	if over := value[int](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
		t.Errorf("with large text the page is %d too wide", over)
	}
	if empty := value[int](b, `(() => { const t = document.getElementById("timeline"); return t.clientHeight - t.firstElementChild.clientHeight; })()`); empty != 0 {
		t.Errorf("with large text, %d pixels of the timeline have no canvas", empty)
	}
	b.picture("large")
	b.do("usual", chromedp.Evaluate[chromedp.Void](`document.documentElement.style.fontSize = ""`))
	b.force("prefers-color-scheme", "dark")
	paper := emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, paper); err != nil {
		t.Fatal(err)
	}
	// The size of a landscape A4 page between its margins.
	b.do("print", chromedp.EmulateViewport(1030, 700), chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("beforeprint"))`))
	if over := value[int](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
		t.Errorf("on paper the page is %d too wide", over)
	}
	if back := value[string](b, `getComputedStyle(document.body).backgroundColor`); back != "rgb(255, 255, 255)" {
		t.Errorf("paper is %s", back)
	}
	b.picture("paper")
	b.do("printed", chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("afterprint"))`))
	if back := value[string](b, `getComputedStyle(document.body).backgroundColor`); back == "rgb(255, 255, 255)" {
		t.Error("after printing, the page is not dark as before")
	}
	b.quiet("file://")
}

// wide adds a row that has all columns and a long route.
type wide struct{ *metrics.Recorder }

func (w wide) Snapshot() metrics.Snapshot {
	s := w.Recorder.Snapshot()
	s.Rows = append(s.Rows, metrics.Row{
		Client: s.Client, Method: "GET", Route: "/evolution-chain/{chain}/species/{species}/translations/{language}", Calls: 120_000, Canceled: 99, Successes: 100_000,
		Attempts: 130_000, Replayed: 12_000, Recorded: 12_000, Aborts: 100, Throttled: 10_000, Retries: 10_000, Hedges: 1000,
	})
	return metrics.Merge(s)
}

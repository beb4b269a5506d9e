package browser

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
)

// frames waits until the page has shown that many more frames.
func (b *tab) frames(more int) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`Number(document.body.dataset.frames) >= %d`, value[int](b, `Number(document.body.dataset.frames)`)+more))
}

// A page that stays open does not grow, and its frames do not disturb a person who works on it.
func TestFramesReplaceAndDisturbNobody(t *testing.T) {
	b := open(t)
	stats := metrics.New("pokeapi")
	page := report.Handler(stats)
	server := httptest.NewServer(page)
	defer server.Close()
	defer page.Close()
	traffic(t, stats, 20)
	b.do("open", chromedp.EmulateViewport(390, 900), chromedp.Navigate(server.URL))
	b.wait(`document.body.dataset.state === "live" && document.body.dataset.drawn === "20"`)

	// The focus is in the list of the slowest calls, one of which is open. The table is scrolled,
	// and a call is chosen.
	b.do("choose", chromedp.Evaluate[chromedp.Void](`document.getElementById("timeline").focus()`))
	b.do("keys", chromedp.KeyEvent(kb.End))
	b.do("work", chromedp.Evaluate[chromedp.Void](`(() => {
		const d = document.querySelectorAll("#figures details")[1];
		d.open = true; d.querySelector("summary").focus();
		document.querySelector("#figures .scroll").scrollLeft = 50;
	})()`))
	call := value[string](b, `document.getElementById("call").textContent`)
	slow := value[string](b, `document.activeElement.parentNode.querySelector("pre").textContent`)
	for range 3 {
		traffic(t, stats, 3)
		b.frames(1)
	}
	if got := value[string](b, `document.activeElement.closest("details")?.querySelector("pre").textContent ?? document.activeElement.tagName`); got != slow {
		t.Errorf("after three frames the focus is at %q, not at %q", got, slow)
	}
	if left := value[int](b, `document.querySelector("#figures .scroll").scrollLeft`); left != 50 {
		t.Errorf("the table is scrolled to %d, want 50", left)
	}
	if n := value[int](b, `[...document.querySelectorAll("#figures details")].filter((d) => d.open && d.querySelector("pre").textContent !== `+strconv.Quote(slow)+`).length`); n != 0 {
		t.Error("another call is open than before")
	}
	if got := value[string](b, `document.getElementById("call").textContent`); got != call {
		t.Errorf("the chosen call is %q, want %q", got, call)
	}
	b.do("choose", chromedp.Evaluate[chromedp.Void](`document.getElementById("timeline").focus()`))
	b.do("keys", chromedp.KeyEvent(kb.ArrowLeft))
	if got := value[string](b, `document.getElementById("call").textContent`); got == call || got == "" {
		t.Errorf("left of the chosen call is %q", got)
	}
	if n := value[int](b, `uPlot.sync("gracy").plots.length`); n != 2 {
		t.Errorf("after some frames uPlot holds %d charts, want 2", n)
	}

	// A stream that has gone silent is opened again.
	streams := func() (n int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, r := range b.requests {
			if strings.HasSuffix(r, "/events") {
				n++
			}
		}
		return n
	}
	before := streams()
	b.do("silence", chromedp.Evaluate[chromedp.Void](`(() => { const real = performance.now.bind(performance); let late = 0; performance.now = () => real() + (late += 30000); })()`))
	for began := time.Now(); streams() == before; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatal("a silent stream is not opened again")
		}
	}
	b.quiet(server.URL)
}

// If there are many routes, the last one can be seen too, and its calls can be chosen.
func TestManyRoutes(t *testing.T) {
	b := open(t)
	var calls metrics.Timeline
	for i := range 10_000 {
		calls.Calls = append(calls.Calls, metrics.Call{
			Method: "GET", Route: fmt.Sprintf("/r/%03d", i%200), Start: time.Unix(1_800_000_000, int64(i)*1000), Elapsed: time.Second, Outcome: "ok", Made: 1,
			Attempts: []metrics.Attempt{{Number: 1, Headers: time.Second, Status: 200, Cause: "first", Verdict: "ok"}},
		})
	}
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.HTML(f, source{calls}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b.do("open", chromedp.Navigate("file://"+path))
	b.wait(`document.body.dataset.drawn === "10000"`)
	if area := value[int](b, `(() => { const c = document.querySelector("#timeline canvas"); return c.width * c.height; })()`); area > 4_000_000 {
		t.Errorf("the canvas has %d pixels, more than some browsers draw", area)
	}
	b.do("focus", chromedp.Evaluate[chromedp.Void](`document.getElementById("timeline").focus()`))
	b.do("keys", chromedp.KeyEvent(kb.End))
	if got := value[string](b, `document.getElementById("call").textContent`); !strings.Contains(got, "/r/199") {
		t.Errorf("the last call is %q", got)
	}
	if top := value[int](b, `document.getElementById("timeline").scrollTop`); top < 16000 {
		t.Errorf("the chosen call is out of sight: scrolled to %d", top)
	}
	if pixels := value[int](b, inked); pixels < 10_000 {
		t.Errorf("at the last route there are %d pixels of calls", pixels)
	}
	b.picture("many-routes")
	b.quiet("file://")
}

// Colors that the system forces do not make the text of the charts vanish.
func TestForcedColors(t *testing.T) {
	b := open(t)
	stats := metrics.New("pokeapi")
	page := report.Handler(stats)
	server := httptest.NewServer(page)
	defer server.Close()
	defer page.Close()
	traffic(t, stats, 20)
	b.force("forced-colors", "active")
	b.do("open", chromedp.Navigate(server.URL))
	b.wait(`document.body.dataset.state === "live" && document.body.dataset.drawn === "20"`)
	if got := value[string](b, `getComputedStyle(document.documentElement).getPropertyValue("--text").trim()`); got != "CanvasText" {
		t.Errorf("the text of the pictures is %s", got)
	}
	b.picture("forced")
}

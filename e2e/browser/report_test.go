package browser

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
	"github.com/gracy-go/gracy/retry"
)

const planted = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"

// traffic makes calls of which some are retried, some fail, some wait for a slot, and some have a body
// that breaks off.
func traffic(t *testing.T, stats *metrics.Recorder, n int) {
	t.Helper()
	var seen atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch i := seen.Add(1); {
		case strings.HasPrefix(r.URL.Path, "/missing"):
			http.NotFound(w, r)
		case r.URL.Path == "/half":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case i%9 == 0:
			http.Error(w, "later", http.StatusServiceUnavailable)
		default:
			_, _ = io.WriteString(w, strings.Repeat("pika", int(i)))
		}
	}))
	defer server.Close()
	base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // it is one
	defer base.CloseIdleConnections()
	client := &http.Client{Transport: gracy.Around(base, stats, retry.New(retry.Policy{Delay: time.Millisecond}), concurrency.New(concurrency.Limit{Max: 2}))}
	done := make(chan struct{})
	for i := range n {
		path := "/pokemon/" + strconv.Itoa(i)
		if i%10 == 0 {
			path = "/missing?token=" + planted
		}
		if i%25 == 7 {
			path = "/half"
		}
		go func() {
			defer func() { done <- struct{}{} }()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+planted)
			resp, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}()
	}
	for range n {
		<-done
	}
}

// card returns an expression for the figure that a card of the page shows.
func card(label string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".cards li")].find((l) => l.querySelector("span").textContent === %q).querySelector("b").textContent`, label)
}

func TestASavedReport(t *testing.T) {
	b := open(t)
	stats := metrics.New("pokeapi")
	stats.KeepCalls(metrics.DefaultCalls)
	traffic(t, stats, 100)
	var page bytes.Buffer
	if err := report.HTML(&page, stats); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), planted) {
		t.Error("the page has the planted secret")
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do("open", chromedp.Navigate("file://"+path))
	for _, l := range allLooks() {
		b.look(l)
		b.do("open", chromedp.Reload())
		b.wait(`document.body.dataset.drawn === "100"`)
		b.check(l)
		b.picture("saved-" + l.String())
	}
	total := stats.Snapshot().Total
	if total.BodiesBroken == 0 {
		t.Error("no body broke off")
	}
	for label, want := range map[string]uint64{"calls": total.Calls, "failed": total.Failures, "retries": total.Retries, "bodies broke off": total.BodiesBroken} {
		if got := value[string](b, card(label)); got != strconv.FormatUint(want, 10) {
			t.Errorf("the card %s shows %s, want %d", label, got, want)
		}
	}
	// The keyboard alone chooses a call and zooms.
	if !value[bool](b, `document.getElementById("timeline").focus(), document.activeElement.id === "timeline"`) {
		t.Error("the timeline cannot have the focus")
	}
	b.do("keys", chromedp.KeyEvent(kb.ArrowRight))
	b.wait(`document.getElementById("call").textContent.includes("headers")`)
	before := value[string](b, `document.getElementById("range").textContent`)
	b.do("zoom", chromedp.KeyEvent("+"))
	if after := value[string](b, `document.getElementById("range").textContent`); after == before {
		t.Errorf("plus does not zoom: %s", after)
	}
	b.quiet("file://")
}

// A report of 50,000 calls draws them all at once.
func TestALargeReport(t *testing.T) {
	b := open(t)
	var calls metrics.Timeline
	at := time.Now().Add(-time.Hour)
	for i := range 50_000 {
		at = at.Add(time.Duration(i%90) * time.Millisecond)
		calls.Calls = append(calls.Calls, metrics.Call{
			Method: "GET", Route: "/r/" + strconv.Itoa(i%40), Start: at, Elapsed: time.Duration(i%700) * time.Millisecond, Outcome: "ok", Made: 1,
			Attempts: []metrics.Attempt{{Number: 1, Headers: time.Duration(i%600) * time.Millisecond, Waits: metrics.Waits{Queue: time.Duration(i%100) * time.Millisecond}, Status: 200, Cause: "first", Verdict: "ok"}},
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
	b.wait(`document.body.dataset.drawn === "50000"`)
	b.quiet("file://") // it comes before the next step, because Chromium may remark on how that reads the canvas
	took := value[float64](b, `Math.min(...[1, 2, 3, 4, 5].map(() => {
		const t = performance.now();
		document.getElementById("timeline").dispatchEvent(new KeyboardEvent("keydown", { key: "0" }));
		document.querySelector("#timeline canvas").getContext("2d").getImageData(0, 0, 1, 1);
		return performance.now() - t;
	}))`)
	t.Logf("%d bytes, drawn in %.0f ms, the least of five", page.Len(), took)
}

// source has calls, and their number.
type source struct{ calls metrics.Timeline }

func (s source) Timeline() metrics.Timeline { return s.calls }

func (s source) Snapshot() metrics.Snapshot {
	n := uint64(len(s.calls.Calls))
	return metrics.Merge(metrics.Snapshot{Client: "many", Rows: []metrics.Row{{Method: "GET", Route: "/r", Calls: n, Successes: n}}})
}

func TestALivePage(t *testing.T) {
	b := open(t)
	stats := metrics.New("pokeapi")
	page := report.Handler(stats)
	mux := http.NewServeMux()
	mux.Handle("/debug/gracy/", page)
	serve := func(address string) (*http.Server, string) {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		s := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
		go func() { _ = s.Serve(l) }()
		return s, l.Addr().String()
	}
	server, address := serve("127.0.0.1:0")
	traffic(t, stats, 20)
	b.do("open", chromedp.Navigate("http://"+address+"/debug/gracy/"))
	b.wait(`document.body.dataset.state === "live" && document.body.dataset.drawn === "20"`)
	for _, l := range allLooks() {
		b.look(l)
		b.wait(`document.body.dataset.drawn === "20"`)
		b.check(l)
		b.picture("live-" + l.String())
	}
	traffic(t, stats, 30)
	b.wait(card("calls") + ` === "50" && document.body.dataset.drawn === "50"`)
	b.quiet("http://" + address)

	// The server goes away, and another one takes its place.
	_ = server.Close()
	b.wait(`document.body.dataset.state === "reconnecting"`)
	if s := value[string](b, `document.getElementById("state").textContent`); !strings.Contains(s, "reconnecting") {
		t.Errorf("the page says %q", s)
	}
	server, _ = serve(address)
	b.wait(`document.body.dataset.state === "live"`)

	// The server shuts down, and the page says so.
	server.RegisterOnShutdown(page.Close)
	if err := server.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	b.wait(`document.body.dataset.state === "ended"`)
}

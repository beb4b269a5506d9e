package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
)

// A file is a report that JSON wrote, as a source of another report.
type file string

func (f file) Snapshot() (s metrics.Snapshot) {
	_ = json.NewDecoder(strings.NewReader(string(f))).Decode(&s)
	return s
}

const yesterday = file(`{"client": "pokeapi", "rows": [{
	"client": "pokeapi", "method": "GET", "route": "/pokemon/{name}",
	"calls": 4, "successes": 3, "failures": 1, "attempts": 6, "status_2xx": 3, "status_5xx": 3, "retries": 2,
	"first": "2026-01-02T03:04:05Z", "last": "2026-01-02T03:04:07Z", "calls_per_second": 2}]}`)

// The source is read when the report is made, so that a report can be deferred at the top of main.
func ExampleTable() {
	stats := metrics.New("pokeapi")
	defer report.Table(os.Stdout, stats)
	// Output: pokeapi: no calls were made
}

// Here there is no terminal: work that takes longer than two seconds would be reported by plain lines before the table.
func ExampleLive() {
	stats := metrics.New("pokeapi")
	live := report.Live(os.Stdout, stats)
	log := slog.New(slog.NewTextHandler(live, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	log.Info("a line above the table") // and the work of the program
	if err := live.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// level=INFO msg="a line above the table"
	// pokeapi: no calls were made
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func ExampleMarkdown() {
	_ = report.Markdown(os.Stdout, yesterday)
	// Output:
	// pokeapi: 4 calls in 2s
	//
	// | Route | Calls | Attempts | Success | Fail | Mean | p50 | p99 | Max | 2xx | 3xx | 4xx | 5xx | Aborts | Retries | Throttled | Calls/s |
	// |:---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
	// | `GET /pokemon/{name}` | 4 | 6 | 75.0% | 25.0% | - | - | - | - | 3 | 0 | 0 | 3 | 0 | 2 | 0 | 2 |
	// | **TOTAL** | **4** | **6** | **75.0%** | **25.0%** | **-** | **-** | **-** | **-** | **3** | **0** | **0** | **3** | **0** | **2** | **0** | **2** |
}

// A page is one file. It can be read back and used as a source.
func ExampleHTML() {
	stats := metrics.New("pokeapi")
	stats.KeepCalls(metrics.DefaultCalls) // so that it has pictures
	path := filepath.Join(os.TempDir(), "gracy-example.html")
	f, err := os.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(path)
	err = report.HTML(f, stats)
	fmt.Println(err, f.Close())
	saved, err := report.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = report.Table(os.Stdout, saved)
	// Output:
	// <nil> <nil>
	// pokeapi: no calls were made
}

func ExampleOpen() {
	_, err := report.Open("no-such-file.html")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output: true
}

// Two reports. The first may be of yesterday.
func ExampleDiff() {
	_ = report.Diff(os.Stdout, yesterday, metrics.New("pokeapi"))
	// Output:
	// 4 calls before, 0 after: 1 change
	// pokeapi GET /pokemon/{name}: gone, 4 calls before
}

// The live page is a handler among others, on a server that listens on loopback.
func ExampleHandler() {
	stats := metrics.New("pokeapi")
	page := report.Handler(stats)
	mux := http.NewServeMux()
	mux.Handle("/debug/gracy/", page)
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: mux}
	server.RegisterOnShutdown(page.Close)

	w := httptest.NewRecorder() // in place of server.ListenAndServe and a browser
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/debug/gracy/", nil))
	fmt.Println(w.Code, strings.Contains(w.Body.String(), "no calls were made"))
	// Output: 200 true
}

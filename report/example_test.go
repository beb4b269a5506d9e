package report_test

import (
	"encoding/json"
	"os"
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

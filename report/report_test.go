package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// fixed is a source that does not change.
type fixed metrics.Snapshot

func (f fixed) Snapshot() metrics.Snapshot { return metrics.Snapshot(f) }

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// took makes a distribution of n calls, all but a few at the median.
func took(n uint64, mean, p50, p99, longest time.Duration) metrics.Latency {
	index := func(d time.Duration) int { return int(math.Ceil(math.Log2(d.Seconds()) * 16)) }
	few := n/100 + 1
	buckets := []metrics.Bucket{{Index: index(p50), Count: n - few}, {Index: index(p99), Count: few}}
	if n == 1 || index(p50) == index(p99) {
		buckets = []metrics.Bucket{{Index: index(p50), Count: n}}
	}
	return metrics.Latency{Count: n, Sum: time.Duration(n) * mean, Min: p50, Mean: mean, P50: p50, P99: p99, Max: longest, Buckets: buckets}
}

// pokeapi has a busy route, a long one, a failing one, and one of hostile and wide characters.
func pokeapi() fixed {
	return fixed(metrics.Merge(metrics.Snapshot{Client: "pokeapi", From: start, To: start.Add(time.Hour), Rows: []metrics.Row{
		{
			Client: "pokeapi", Method: "GET", Route: "/pokemon/{name}", Calls: 1208, Successes: 1207, Failures: 1,
			Attempts: 1254, Status2xx: 1207, Status4xx: 12, Status5xx: 31, Aborts: 4, Retries: 46, Throttled: 300,
			Replayed: 20, Recorded: 1187, Latency: took(1187, 48*time.Millisecond, 38*time.Millisecond, 1240*time.Millisecond, 3*time.Second),
			First: start, Last: start.Add(90 * time.Second), Rate: 1208.0 / 90,
		},
		{
			Client: "pokeapi", Method: "GET", Route: "/evolution-chain/{chain}/species/{species}/translations/{language}", Calls: 31,
			Successes: 30, Canceled: 1, Attempts: 31, Status2xx: 30, Latency: took(30, 812*time.Microsecond, 790*time.Microsecond, 2*time.Millisecond, 2100*time.Microsecond),
			First: start.Add(time.Second), Last: start.Add(31 * time.Second), Rate: 31.0 / 30,
		},
		{
			Client: "pokeapi", Method: "POST", Route: "/berry", Calls: 2, Failures: 2, Attempts: 6, Status5xx: 6, Retries: 4,
			First: start, Last: start.Add(2 * time.Minute), Rate: 2.0 / 120,
		},
		{
			Client: "pokeapi", Method: "GET", Route: "/ポケモン/\x1b[31m|\u202e`{id}`", Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, Status3xx: 0,
			Latency: took(1, time.Second, time.Second, time.Second, time.Second), First: start, Last: start.Add(time.Second), Rate: 1,
		},
	}}))
}

func berries() fixed {
	return fixed(metrics.Merge(metrics.Snapshot{Client: "berries", From: start, To: start.Add(time.Hour), Rows: []metrics.Row{{
		Client: "berries", Method: "GET", Route: "/berry/{id}", Calls: 5, Successes: 5, Attempts: 5, Status2xx: 5,
		Latency: took(5, 2*time.Second, 2*time.Second, 2*time.Second, 9*time.Second), First: start, Last: start.Add(5 * time.Second), Rate: 1,
	}}}))
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name    string
		width   int
		sources []Source
	}{
		{"table60.txt", 60, []Source{pokeapi()}},
		{"table80.txt", 80, []Source{pokeapi()}},
		{"table120.txt", 120, []Source{pokeapi()}},
		{"table200.txt", 200, []Source{pokeapi()}},
		{"two80.txt", 80, []Source{pokeapi(), berries()}},
		{"two200.txt", 200, []Source{pokeapi(), berries()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := table(read(tt.sources), style{width: tt.width})
			golden(t, tt.name, got)
			for i, line := range lines(got) {
				if w := width(line); w > tt.width || i > 1 && w != width(lines(got)[1]) {
					t.Errorf("line %d is %d wide: %s", i, w, line)
				}
			}
		})
	}
}

// Whatever the width, the table fits once its narrowest form does, and more room never shows less.
func TestTableFitsEveryWidth(t *testing.T) {
	for _, sources := range [][]Source{{pokeapi()}, {pokeapi(), berries()}} {
		before := 0
		for w := 20; w < 260; w++ {
			got := lines(table(read(sources), style{width: w}))
			for _, line := range got {
				if width(line) > w {
					t.Errorf("at %d columns a line takes %d: %s", w, width(line), line)
				}
			}
			n := strings.Count(got[2], "│")
			if n < before {
				t.Errorf("at %d columns %d are shown, at %d there were %d", w, n, w-1, before)
			}
			before = n
		}
	}
}

func TestTableColours(t *testing.T) {
	got := table(read([]Source{pokeapi()}), style{width: 200, colour: true})
	golden(t, "colour.txt", got)
	if plain := table(read([]Source{pokeapi()}), style{width: 200}); strings.Contains(plain, "\x1b") {
		t.Error("colours without colour, or an escape of the route got through")
	}
	stripped := strings.NewReplacer("\x1b[31m", "", "\x1b[33m", "", "\x1b[0m", "").Replace(got)
	if want := table(read([]Source{pokeapi()}), style{width: 200}); stripped != want {
		t.Error("colours change the text")
	}
	if healthy := table(read([]Source{berries()}), style{width: 200, colour: true}); strings.Contains(healthy, "\x1b") {
		t.Error("zeros are coloured")
	}
}

func TestEmpty(t *testing.T) {
	empty := fixed(metrics.Snapshot{Client: "pokeapi"})
	const want = "pokeapi: no calls were made\n"
	for name, write := range map[string]func(io.Writer, ...Source) error{"table": Table, "list": List, "markdown": Markdown} {
		var b bytes.Buffer
		if err := write(&b, empty); err != nil || b.String() != want {
			t.Errorf("%s: %q, %v", name, b.String(), err)
		}
	}
	var b bytes.Buffer
	if err := Table(&b, nil); err != nil || b.String() != nothing+"\n" {
		t.Errorf("no source: %q, %v", b.String(), err)
	}
}

func TestTotalIsOfAllCalls(t *testing.T) {
	last := func(s string) string { l := lines(s); return l[len(l)-2] }
	got := last(table(read([]Source{pokeapi(), berries()}), style{width: 250}))
	for _, want := range []string{"1247", " 9s "} {
		if !strings.Contains(got, want) {
			t.Errorf("the total lacks %q: %s", want, got)
		}
	}
}

func TestList(t *testing.T) {
	var b bytes.Buffer
	if err := List(&b, pokeapi(), berries()); err != nil {
		t.Fatal(err)
	}
	golden(t, "list.txt", b.String())
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, pokeapi()); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", b.String())
	rows := lines(b.String())[2:]
	for _, row := range rows {
		bare := strings.ReplaceAll(row, `\|`, "")
		if strings.Count(bare, "|") != strings.Count(rows[1], "|") {
			t.Errorf("another number of cells: %s", row)
		}
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	evil := metrics.Snapshot{Client: "=1+1", Rows: []metrics.Row{{Client: "=1+1", Method: "GET", Route: "  @SUM(A1),\"x\"\r\n", Calls: 1}}}
	if err := CSV(&b, pokeapi(), fixed(evil)); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.csv", b.String())
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 7 || len(records[0]) != len(columns())+3 {
		t.Errorf("%d lines of %d cells", len(records), len(records[0]))
	}
	for _, record := range records[1:] {
		for _, c := range record {
			if strings.ContainsAny(first(strings.TrimSpace(c)), "=+-@") {
				t.Errorf("a formula: %q", c)
			}
		}
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, pokeapi()); err != nil {
		t.Fatal(err)
	}
	var got metrics.Snapshot
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := read([]Source{pokeapi()}); !reflect.DeepEqual(got, want) {
		t.Errorf("read back %+v\nwant %+v", got, want)
	}
}

func TestLog(t *testing.T) {
	logged := func(sources ...Source) string {
		var b bytes.Buffer
		Log(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})), sources...)
		return b.String()
	}
	golden(t, "log.txt", logged(pokeapi()))
	if got, want := logged(fixed{Client: "x"}), "level=WARN msg=\"report: no calls were made\" client=x\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	tape := fixed(metrics.Merge(metrics.Snapshot{Client: "x", Rows: []metrics.Row{{Client: "x", Calls: 2, Successes: 2, Replayed: 2}}}))
	got := lines(logged(tape))
	if want := `level=WARN msg="report: all answers came from a recording" client=x replayed=2`; len(got) != 3 || got[2] != want {
		t.Errorf("got %q", got)
	}
	Log(nil, pokeapi())
}

type broken struct{}

var errBroken = errors.New("disk full")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrors(t *testing.T) {
	for name, write := range map[string]func(io.Writer, ...Source) error{"table": Table, "list": List, "markdown": Markdown, "csv": CSV, "json": JSON} {
		if err := write(broken{}, pokeapi()); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v, want that of the writer", name, err)
		}
	}
}

// What a deferred report shows is what there is when it runs.
func TestSourceIsReadLate(t *testing.T) {
	var b bytes.Buffer
	now := metrics.Snapshot{Client: "x"}
	func() {
		defer func() { _ = Table(&b, late{&now}) }()
		now = metrics.Snapshot(berries())
	}()
	if !strings.Contains(b.String(), "/berry/{id}") {
		t.Error(b.String())
	}
}

type late struct{ s *metrics.Snapshot }

func (l late) Snapshot() metrics.Snapshot { return *l.s }

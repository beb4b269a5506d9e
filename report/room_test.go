package report

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// A page may come from anywhere, so reading it takes memory only in proportion to its bytes.
func TestAPageOfAFewBytesTakesLittleRoom(t *testing.T) {
	const few = 8 << 20
	for name, tt := range map[string]struct{ before, each, after string }{
		"many timelines": {before: `[`, each: `{"names":[""],"calls":{"start":{"runs":"0 60000"}}},`, after: `{}]`},
		"many columns": {
			before: `[{"names":[""],"calls":{`,
			each:   `"start":{"gaps":"","n":10000000},`,
			after:  `"elapsed":{"n":1}}}]`,
		},
		"timelines twice, the last time none": {before: `[`, each: `{"names":[""],"calls":{"start":{"runs":"0 60000"}}},`, after: `{}],"timelines":[]`},
		"timelines twice, once in capitals":   {before: `[`, each: `{"names":[""],"calls":{"start":{"runs":"0 60000"}}},`, after: `{}],"TIMELINES":null`},
		"a run without a count":               {before: `[`, each: `{"names":[""],"calls":{"start": {"runs":"60000"}}},`, after: `{}]`},
		"more than a number holds":            {before: `[`, each: `{"names":[""],"attempts":{"after":{"runs":"0 zzzzzzzzzzz 0 zzzzzzzzzzz"}}},`, after: `{}]`},
	} {
		page := dataBegins + `{"gracy":1,"snapshot":{"to":"2026-01-02T03:04:05Z"},"timelines":` + tt.before + strings.Repeat(tt.each, 200) + tt.after + `}` + dataEnds
		path := filepath.Join(t.TempDir(), "page.html")
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Open(path)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, errPacked) && !errors.Is(err, errNoReport) {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > few {
			t.Errorf("%s: %d bytes took %d", name, len(page), took)
		}
	}
}

// Calls that are all alike take hardly any bytes, and are read back.
func TestManyCallsThatAreAlikeAreReadBack(t *testing.T) {
	const many = 200_000
	calls := make([]metrics.Call, many)
	for i := range calls {
		calls[i] = metrics.Call{
			Method: "GET", Route: "/", Start: start, Outcome: outcomeOK, Made: 1,
			Attempts: []metrics.Attempt{{Number: 1, Status: 200, Cause: "first", Verdict: "ok", Sent: true, Headers: time.Millisecond}},
		}
	}
	page := written(t, recorded{fixed: pokeapi(), calls: metrics.Timeline{Client: "pokeapi", Calls: calls}})
	got, err := parse([]byte(page))
	if err != nil || len(got.Timeline().Calls) != many {
		t.Fatalf("%v", err)
	}
}

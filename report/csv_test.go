package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestCSVHoldsNoFormulas(t *testing.T) {
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

package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheTableOfProcessorTimeSaysWhenItShowsNothing(t *testing.T) {
	table := loopTable{title: "callers: 1", rows: processorRows()}
	for again, want := range map[time.Duration]bool{0: false, 100: false, 400: true, -400: true} {
		measured := make(map[loopKey][]pair)
		for _, r := range table.rows {
			measured[loopKey{"ours", r.plus[0]}] = pairsWith(time.Microsecond)
		}
		measured[loopKey{"ours", chain}] = pairsWith(4 * time.Microsecond)
		measured[loopKey{"ours", bare}] = pairsWith(again)
		var out strings.Builder
		table.processor(&out, []loopRun{{name: "ours"}}, measured)
		if got := strings.Contains(out.String(), "shows nothing"); got != want {
			t.Errorf("bare over bare takes %v: %v", again, got)
		}
		if !strings.Contains(out.String(), "4.000 (4.000 to 4.000) |         4.00 |") {
			t.Errorf("no ratio of 4 in\n%s", out.String())
		}
	}
}

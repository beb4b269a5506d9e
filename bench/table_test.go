package main

import (
	"strings"
	"testing"
)

func TestTheTableIsMarkdown(t *testing.T) {
	var b strings.Builder
	table(&b, []string{"what", "ns"}, [][]string{{"größer", "1"}, {"x", "1000"}})
	want := "| what   |   ns |\n|--------|-----:|\n| größer |    1 |\n| x      | 1000 |\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestLinesReportWhetherAllAreKept(t *testing.T) {
	var b strings.Builder
	if !lines(&b, []redLine{{"a", "1", true, false}}) {
		t.Error("a kept line counts as crossed")
	}
	if lines(&b, []redLine{{"a", "1", true, false}, {"b", "2", false, false}}) {
		t.Error("a crossed line counts as kept")
	}
	if !strings.Contains(b.String(), "**crossed**") {
		t.Error(b.String())
	}
}

func TestSmallTimesHaveADecimal(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 3: "3", 3.14: "3.1", -0.26: "-0.3", 12.6: "13", 1234: "1234"} {
		if got := ns(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

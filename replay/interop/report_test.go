package interop

import (
	"strings"
	"testing"
)

func TestAReportIsBounded(t *testing.T) {
	var r Report
	for range maxLosses + 5 {
		r.skip("GET", "http://a.test/", "why")
	}
	if len(r.Losses) != maxLosses || r.More != 5 || r.Skipped != maxLosses+5 || !strings.Contains(r.String(), "and 5 more\n") {
		t.Errorf("got %d lines, %d more, %d skipped", len(r.Losses), r.More, r.Skipped)
	}
}

func TestAReportIsText(t *testing.T) {
	r := Report{Format: Nock, Done: 2, Skipped: 1, Notes: []string{"n"}, Losses: []Loss{{"GET", "http://a.test/", "x", "y"}}}
	if got, want := r.String(), "nock: 2 exchanges, 1 skipped\nnote: n\nGET http://a.test/: x: y\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAReportOfOneExchange(t *testing.T) {
	if got, want := (Report{Format: Nock, Done: 1}).String(), "nock: 1 exchange, 0 skipped\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

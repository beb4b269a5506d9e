package report

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestTheTotalIsThatOfAllSources(t *testing.T) {
	last := func(s string) string { l := lines(s); return l[len(l)-2] }
	got := last(table(read([]Source{pokeapi(), berries()}), style{width: 250}))
	for _, want := range []string{"1247", " 9s "} {
		if !strings.Contains(got, want) {
			t.Errorf("the total lacks %q: %s", want, got)
		}
	}
}

// A deferred report shows the state at the time at which it runs.
func TestASourceIsReadWhenTheReportIsMade(t *testing.T) {
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

// A recorder that was never made is not a source, and nil is not one.
func TestANilRecorderIsNoSource(t *testing.T) {
	var none *metrics.Recorder
	var b bytes.Buffer
	for _, err := range []error{Table(&b, none), HTML(&b, nil, none, page10k(3)), Diff(&b, none, nil)} {
		if err != nil {
			t.Error(err)
		}
	}
	page := Handler(none, nil)
	defer page.Close()
	if resp := get(t, page, http.MethodGet, "/"); resp.StatusCode != http.StatusOK {
		t.Errorf("the page of none is %d", resp.StatusCode)
	}
}

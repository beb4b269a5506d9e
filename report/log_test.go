package report

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestLogWritesTheBusiestRouteAndTheTotal(t *testing.T) {
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
	hung := logged(fixed{Client: "x", InFlight: 2})
	if want := "level=WARN msg=\"report: no calls have returned\" client=x\nlevel=WARN msg=\"report: calls are in flight\" client=x in_flight=2\n"; hung != want {
		t.Errorf("got %q, want %q", hung, want)
	}
	tape := fixed(metrics.Merge(metrics.Snapshot{Client: "x", Rows: []metrics.Row{{Client: "x", Calls: 2, Successes: 2, Replayed: 2}}}))
	got := lines(logged(tape))
	if want := `level=WARN msg="report: all responses came from a recording" client=x replayed=2`; len(got) != 3 || got[2] != want {
		t.Errorf("got %q", got)
	}
	Log(nil, pokeapi())
}

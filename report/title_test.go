package report

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestAReportOfNoCallsSaysSo(t *testing.T) {
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

// A call that has not returned is in no row. With an upstream that never responds, there would be a
// report of no calls, or only of those that went well.
func TestAReportSaysWhatIsInFlight(t *testing.T) {
	for _, tt := range []struct {
		calls uint64
		want  string
	}{
		{0, "pokeapi: no calls have returned, 16 in flight"},
		{1, "pokeapi: 1 call in 0s, 16 in flight"},
	} {
		s := metrics.Snapshot{Client: "pokeapi", InFlight: 16}
		if tt.calls > 0 {
			s.Rows = []metrics.Row{{Client: "pokeapi", Method: "GET", Route: "/x", Calls: tt.calls, Successes: tt.calls}}
		}
		for name, write := range map[string]func(io.Writer, ...Source) error{"table": Table, "list": List, "markdown": Markdown} {
			var b bytes.Buffer
			if err := write(&b, fixed(s)); err != nil || lines(b.String())[0] != tt.want {
				t.Errorf("%s: %q, %v", name, b.String(), err)
			}
		}
	}
}

// The figures are at the end and in the middle of a line, so a long name is shortened.
func TestALineThatIsTooLongKeepsItsFigures(t *testing.T) {
	s := metrics.Merge(metrics.Snapshot(pokeapi()))
	s.Client, s.InFlight = strings.Repeat("pokeapi-", 12)+"eu", 16
	for name, tt := range map[string]struct{ got, want string }{
		"table": {lines(table(s, style{width: 80}))[0], ": 1242 calls in 2m00s, 16 in flight (1187 recorded / 20 replayed)"},
		"frame": {lineUp(s, style{width: 80, height: 24})[0], ": 1242 calls in 2m00s, 3 failed, 50 retries, 16 in flight"},
	} {
		if !strings.HasPrefix(tt.got, "pokea") || !strings.HasSuffix(tt.got, tt.want) || width(tt.got) != 80 {
			t.Errorf("%s: %d columns: %s", name, width(tt.got), tt.got)
		}
	}
}

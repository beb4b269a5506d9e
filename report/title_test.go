package report

import (
	"bytes"
	"io"
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

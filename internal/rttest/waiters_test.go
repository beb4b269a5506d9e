package rttest

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

func TestAFrameAllocatesStack(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	plain := underClient(t, 1000, func(rt http.RoundTripper) http.RoundTripper { return rt })
	if below := underClient(t, 1000, func(rt http.RoundTripper) http.RoundTripper { return deep{deep{deep{rt}}} }); below < plain+3<<10 {
		t.Errorf("%.0f B below three deep layers, %.0f without", below, plain)
	}
}

package ctxerr_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/ctxerr"
)

func TestTheCallerGivesUpByItsContextOrByCancel(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx            context.Context
		cancel         chan struct{}
		gone, canceled bool
	}{
		"neither":     {t.Context(), nil, false, false},
		"open Cancel": {t.Context(), make(chan struct{}), false, false},
		"Cancel":      {t.Context(), closed, true, true},
		"context":     {over, nil, true, false},
	} {
		req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Cancel = c.cancel //nolint:staticcheck // http.Client still uses it
		if gone, canceled := ctxerr.CallerGone(req), ctxerr.Canceled(req); gone != c.gone || canceled != c.canceled {
			t.Errorf("%s: gone %v, canceled %v", name, gone, canceled)
		}
	}
}

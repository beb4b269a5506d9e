package gracy_test

import (
	"testing"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/throttle"
)

// A layer whose method has another form would be a source no more, and its series would be gone in silence.
func TestTheSourcesOfFigures(t *testing.T) {
	for _, layer := range []any{(*concurrency.Limiter)(nil), (*throttle.Limiter)(nil), (*replay.Tape)(nil)} {
		if _, ok := layer.(figure.Source); !ok {
			t.Errorf("%T has no figures", layer)
		}
	}
}

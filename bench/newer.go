//go:build !older

package main

import (
	"context"
	"io"
	"net/http"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

// older.go has the same declarations for the layers of a commit that has no package layer yet.

// noTimeout means no limit.
const noTimeout = timeout.NoTimeout

// pokemonRule returns the rule of the README. It has no margin, since the default margin of a
// window of a microsecond would be longer than the window.
func pokemonRule(k settings) throttle.Rule {
	return throttle.Rule{URL: "/pokemon/", Limit: k.limit, Per: k.per, Margin: throttle.NoMargin}
}

// tapeCommands runs the commands about tapes. It reports whether name is one of them.
func tapeCommands(ctx context.Context, name string, args []string, out, progress io.Writer) (bool, error) {
	switch name {
	case "tapes":
		return true, runTapes(ctx, args, out, progress)
	case "import":
		return true, runImport(ctx, args, out, progress)
	}
	return false, nil
}

// The modes of a tape.
const (
	recording = replay.ModeRecord
	replaying = replay.ModeReplay
)

// The types that the layers of this package need.
type (
	layerCall  = layer.Call
	layerEvent = layer.Event
	layerKind  = layer.Kind
)

const hookFailed = layer.HookFailed

func wrapLayer(name string, l gracy.Layer, next http.RoundTripper, trip layer.Trip) http.RoundTripper {
	return layer.Wrap(name, l, next, trip)
}

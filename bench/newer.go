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

// What stands here is written in another way in older.go, for the layers of a commit that
// has no package layer yet.

// noTimeout is a limit that is none.
const noTimeout = timeout.NoTimeout

// pokemonRule is the rule of the README. It has no margin, since that of a window of a
// microsecond would be longer than the window.
func pokemonRule(k settings) throttle.Rule {
	return throttle.Rule{URL: "/pokemon/", Limit: k.limit, Per: k.per, Margin: throttle.NoMargin}
}

// tapeCommands runs the commands on tapes, and reports whether it is one of them.
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

// What the layers of this package are made with.
type (
	layerCall  = layer.Call
	layerEvent = layer.Event
	layerKind  = layer.Kind
)

const hookFailed = layer.HookFailed

func wrapLayer(name string, l gracy.Layer, next http.RoundTripper, trip layer.Trip) http.RoundTripper {
	return layer.Wrap(name, l, next, trip)
}

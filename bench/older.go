//go:build older

package main

import (
	"context"
	"io"
	"net/http"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// The declarations here replace newer.go for the layers of a commit that has no package layer yet,
// such as 9737447. They leave out what measures tapes, alone or beside other recorders, and
// limiters alone.

const noTimeout = timeout.Off

func pokemonRule(k settings) throttle.Rule {
	return throttle.Rule{URL: "/pokemon/", Limit: k.limit, Per: k.per}
}

func throttleAll(k settings, _ *built) gracy.Layer {
	return throttle.New(throttle.Rule{Limit: k.limit, Per: k.per})
}

func tapeCommands(context.Context, string, []string, io.Writer, io.Writer) (bool, error) {
	return false, nil
}

const (
	recording = replay.Record
	replaying = replay.Replay
)

const admitNothing = "admit: nothing"

func admitted() []*bench                         { return nil }
func checkAdmissions() error                     { return nil }
func admissionLines(map[string]*bench) []redLine { return nil }
func admissionSection() section                  { return section{} }

type (
	layerCall  = transport.Call
	layerEvent = transport.Event
	layerKind  = transport.Kind
)

const hookFailed = transport.HookFailed

func wrapLayer(name string, l gracy.Layer, next http.RoundTripper, trip transport.Trip) http.RoundTripper {
	return transport.Wrap(name, l, next, trip)
}

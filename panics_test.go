package gracy_test

import (
	"testing"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// What is wrong with a pattern is found in one place and said by many. Each says once whose message it is: the package,
// what was called, the field of it, and the pattern.
func TestAPanicSaysOnceWhoseItIs(t *testing.T) {
	const broken, because = "GET /things/{id", `pattern "GET /things/{id": segment "{id": { without }`
	for want, call := range map[string]func(){
		"transport: Route: " + because:                func() { transport.Route(broken) },
		"transport: Routes: " + because:               func() { transport.Routes(broken) },
		"transport: Safe: " + because:                 func() { transport.Safe(broken) },
		"transport: Streams: " + because:              func() { transport.Streams(broken) },
		"parse: NewEndpoint: " + because:              func() { parse.NewEndpoint[parse.None, parse.None](broken) },
		"transport: KeyHeader: " + because:            func() { transport.KeyHeader("X-Key", broken) },
		"throttle: Rule: field Route: " + because:     func() { throttle.New(throttle.Rule{Limit: 1, Per: 1, Route: broken}) },
		"concurrency: Limit: field Route: " + because: func() { concurrency.New(concurrency.Limit{Max: 1, Route: broken}) },
		"replay: Options.PassThrough: " + because:     func() { _, _ = replay.New(nil, replay.Options{PassThrough: []string{broken}}) },
		"replay: Options.KeepSecrets: " + because:     func() { _, _ = replay.New(nil, replay.Options{KeepSecrets: []string{broken}}) },
		`transport: Routes: pattern "/a/{x}" conflicts with "/a/{y}": both match the same requests`: func() { transport.Routes("/a/{y}", "/a/{x}") },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("got  %v\nwant %s", got, want)
				}
			}()
			call()
		}()
	}
}

//go:build !older

package main

import (
	"net/http"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"

	"github.com/gracy-go/gracy/replay"
)

// The names of the recorders.
const (
	onBolt = "bbolt tape"
	onText = "text tape"
	onVCR  = "go-vcr 4.0.7"
)

// A recorderKind records into a file and replays from it. Both functions return what the calls go
// through, and a function that ends it.
type recorderKind struct {
	name   string
	ext    string
	most   int // the number of recordings beyond which it takes too long
	record func(path string, base http.RoundTripper) (http.RoundTripper, func() error, error)
	replay func(path string) (http.RoundTripper, func() error, error)
}

func recorderKinds() []recorderKind {
	record := func(path string, base http.RoundTripper) (http.RoundTripper, func() error, error) {
		return tapeAt(path, replay.Options{Mode: replay.ModeRecord}, base)
	}
	again := func(path string) (http.RoundTripper, func() error, error) {
		return tapeAt(path, replay.Options{Mode: replay.ModeReplay}, nil)
	}
	return []recorderKind{
		{name: onBolt, ext: ".tape", most: 1_000_000, record: record, replay: again},
		{name: onText, ext: ".json", most: 100_000, record: record, replay: again},
		{name: onVCR, ext: ".yaml", most: 10_000, record: func(path string, base http.RoundTripper) (http.RoundTripper, func() error, error) {
			return openVCR(path, recorder.WithMode(recorder.ModeRecordOnly), recorder.WithRealTransport(base))
		}, replay: func(path string) (http.RoundTripper, func() error, error) {
			// Each recording may be replayed again, as on our tape. Otherwise go-vcr skips what it
			// has replayed.
			return openVCR(path, recorder.WithMode(recorder.ModeReplayOnly), recorder.WithReplayableInteractions(true))
		}},
	}
}

func openVCR(path string, opts ...recorder.Option) (http.RoundTripper, func() error, error) {
	r, err := recorder.New(strings.TrimSuffix(path, ".yaml"), append(opts, recorder.WithSkipRequestLatency(true))...)
	if err != nil {
		return nil, nil, err
	}
	return r, r.Stop, nil
}

//go:build !older

package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"

	"github.com/gracy-go/gracy/replay"
)

// The names of what records.
const (
	onBolt = "bbolt tape"
	onText = "text tape"
	onVCR  = "go-vcr 4.0.7"
)

// A recorderKind records into a file and replays from it. Both return what the calls go
// through, and what ends it.
type recorderKind struct {
	name   string
	ext    string
	most   int // beyond so many recordings it takes too long
	record func(path string, base http.RoundTripper) (http.RoundTripper, func() error, error)
	replay func(path string) (http.RoundTripper, func() error, error)
}

func recorderKinds() []recorderKind {
	record := func(path string, base http.RoundTripper) (http.RoundTripper, func() error, error) {
		return openTape(path, replay.Options{Mode: replay.ModeRecord}, base)
	}
	again := func(path string) (http.RoundTripper, func() error, error) {
		return openTape(path, replay.Options{Mode: replay.ModeReplay}, nil)
	}
	return []recorderKind{
		{name: onBolt, ext: ".tape", most: 1_000_000, record: record, replay: again},
		{name: onText, ext: ".json", most: 100_000, record: record, replay: again},
		{name: onVCR, ext: ".yaml", most: 10_000, record: func(path string, base http.RoundTripper) (http.RoundTripper, func() error, error) {
			return openVCR(path, recorder.WithMode(recorder.ModeRecordOnly), recorder.WithRealTransport(base))
		}, replay: func(path string) (http.RoundTripper, func() error, error) {
			// Each may be replayed again, as our tape does; without it go-vcr skips what it has replayed.
			return openVCR(path, recorder.WithMode(recorder.ModeReplayOnly), recorder.WithReplayableInteractions(true))
		}},
	}
}

func openTape(path string, opts replay.Options, base http.RoundTripper) (http.RoundTripper, func() error, error) {
	tape, err := replay.Open(path, opts)
	if err != nil {
		return nil, nil, err
	}
	return tape.Wrap(base), tape.Close, nil
}

func openVCR(path string, opts ...recorder.Option) (http.RoundTripper, func() error, error) {
	r, err := recorder.New(strings.TrimSuffix(path, ".yaml"), append(opts, recorder.WithSkipRequestLatency(true))...)
	if err != nil {
		return nil, nil, err
	}
	return r, r.Stop, nil
}

// items is a base that makes a response of 520 bytes for each number.
type items struct{}

func item(n int) string {
	head := `{"id":` + strconv.Itoa(n) + `,"name":"pikachu","price":1.50,"text":"`
	return head + strings.Repeat("abcdefghij ", 48)[:520-len(head)-2] + `"}`
}

func itemNumber(req *http.Request) (int, error) {
	return strconv.Atoi(req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:])
}

func (items) RoundTrip(req *http.Request) (*http.Response, error) {
	n, err := itemNumber(req)
	if err != nil {
		return nil, err
	}
	body := item(n)
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Content-Type": {"application/json; charset=utf-8"}, "Content-Length": {strconv.Itoa(len(body))},
			"Date": {"Sat, 28 Nov 2026 10:00:00 GMT"}, "Etag": {`W/"31-25"`}, "Server": {"stub"},
		},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}

var errWrongItem = errors.New("the response is that of another request")

// getItem makes the call of a number and checks the response.
func getItem(rt http.RoundTripper, base string, n int) error {
	req, err := http.NewRequest(http.MethodGet, base+"/v2/item/"+strconv.Itoa(n)+"?page=1", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if string(b) != item(n) {
		return fmt.Errorf("%w: item %d", errWrongItem, n)
	}
	return nil
}

// itemHost is where items are asked for.
const itemHost = "https://api.test"

// size returns the length of a file.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

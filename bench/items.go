package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/replay"
)

// The figures that are measured of tapes. The names of series begin with them.
const (
	toRecord     = "record"    // ns of wall time per recording, up to the end of Close
	toRecordCPU  = "processor" // ns of processor time per recording, up to the end of Close, over the base
	toHold       = "bytes"     // bytes of the file per recording
	toLookUp     = "look up"   // ns of a replayed call, including reading the body
	toLookUpCold = "look up, the first"
	toOpen       = "open"  // ns to open and close for replay
	toScan       = "scan"  // ns to read all recordings
	toReindex    = "index" // ns to open with another Match and close
	toReindexRO  = "index, in memory"
	toWait       = "p50" // ns of a call to a server that takes 5 ms
)

func tapeAt(path string, opts replay.Options, base http.RoundTripper) (http.RoundTripper, func() error, error) {
	tape, err := replay.Open(path, opts)
	if err != nil {
		return nil, nil, err
	}
	return tape.Wrap(base), tape.Close, nil
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

// getItem makes the call for a number and checks the response.
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

// itemHost is the base URL of the items.
const itemHost = "https://api.test"

// size returns the length of a file.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// recordAll makes n calls and stops, and returns the processor time.
func recordAll(rt http.RoundTripper, stop func() error, n int) (time.Duration, error) {
	before := processor()
	for i := range n {
		if err := getItem(rt, itemHost, i); err != nil {
			return 0, err
		}
	}
	err := stop()
	return processor() - before, err
}

// timed returns how long a function takes.
func timed(do func() error) (time.Duration, error) {
	start := time.Now()
	err := do()
	return time.Since(start), err
}

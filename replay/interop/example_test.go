package interop_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/text"
)

// A cassette of go-vcr is imported once, and from then on the tape responds.
func ExampleImport() {
	dir, err := os.MkdirTemp("", "tapes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "cases.json")
	tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := interop.Import(context.Background(), tape, "testdata/govcr4.yaml", interop.GoVCR)
	fmt.Println(report, errors.Join(err, tape.Close()))

	tape, err = replay.Open(path, replay.Options{Mode: replay.ModeReplay})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tape.Close()
	client := &http.Client{Transport: tape.Wrap(http.DefaultTransport)}
	resp, err := client.Get("http://127.0.0.1:7080/json") // nothing listens there
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	// Output:
	// go-vcr: 23 exchanges, 0 skipped
	// note: the file has no times: an exchange without one gets that of its import
	// note: the duration is the time to the headers, and stands for the whole call too
	// note: form is not read: it is not what was sent
	//  <nil>
	// {"id":1,"name":"pikachu","price":1.50,"ok":true} <nil>
}

func ExampleRead() {
	for r, err := range interop.Read("testdata/mitmproxy.har", "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, l := range r.Losses {
			fmt.Println(l)
		}
	}
	// Output:
	// GET http://127.0.0.1:7080/gzip: the bytes of the response: the recorder decoded them; Content-Encoding gzip is dropped and Content-Length is that of the decoded bytes
	// GET http://127.0.0.1:7080/cookies: Set-Cookie: the recorder joined several; they are split where a name follows a comma
	// GET http://127.0.0.1:7080/latin1: the bytes of the response: the recorder turned them into Unicode; they are encoded again as iso-8859-1
}

func ExampleDetect() {
	for _, name := range []string{"vcrpy.yaml", "rubyvcr.yml", "playwright.har.zip", "polly-node.har"} {
		f, err := interop.Detect(filepath.Join("testdata", name))
		fmt.Println(f, err)
	}
	// Output:
	// vcrpy <nil>
	// ruby-vcr <nil>
	// har <nil>
	// polly <nil>
}

// one yields an exchange, like Tape.Exchanges.
func one(yield func(*store.Exchange, error) bool) {
	yield(&store.Exchange{
		Complete: true,
		Request:  store.Request{Method: "GET", URL: "https://api.test/logo"},
		Response: &store.Response{
			Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ContentLength: 4,
			Header: http.Header{"Content-Type": {"image/png"}}, Body: []byte("\x89PNG"),
		},
	}, nil)
}

func ExampleWriteJSON() {
	if _, err := interop.WriteJSON(os.Stdout, one); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"gracy":1,"request":{"method":"GET","url":"https://api.test/logo"},"response":{"code":200,"status":"200 OK","proto":"HTTP/1.1","header":{"Content-Type":["image/png"]},"body":{"base64":"iVBORw=="},"content_length":4}}
}

func ExampleWriteHAR() {
	var b strings.Builder
	report, err := interop.WriteHAR(&b, one)
	fmt.Println(report.Done, err, strings.Contains(b.String(), `"content":{"size":4,"mimeType":"image/png","text":"iVBORw==","encoding":"base64"}`))
	// Output: 1 <nil> true
}

// A store can be exported without a tape. This one is empty.
func ExampleExchanges() {
	dir, err := os.MkdirTemp("", "tapes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	s, err := text.Open(filepath.Join(dir, "tape.json"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	report, err := interop.WriteHAR(io.Discard, interop.Exchanges(s))
	fmt.Println(report.Done, err)
	// Output:
	// 0 <nil>
}

package interop

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/store"
)

// many is a file of n exchanges that is generated while it is read.
type many struct {
	head, tail string
	item       func(i int) string
	n, i       int
	rest       string
}

func (m *many) Read(p []byte) (int, error) {
	for m.rest == "" {
		switch {
		case m.head != "":
			m.rest, m.head = m.head, ""
		case m.i < m.n:
			m.rest = m.item(m.i)
			m.i++
		case m.tail != "":
			m.rest, m.tail = m.tail, ""
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

const filler = "abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij "

// manyOf returns a file of n exchanges in a format.
func manyOf(f Format, n int) *many {
	body := strings.Repeat(filler, 4)
	comma := func(i int, s string) string {
		if i > 0 {
			return ",\n" + s
		}
		return s
	}
	switch f {
	case GoVCR:
		return &many{head: "---\nversion: 2\ninteractions:\n", n: n, item: func(i int) string { return goVCRItem(i, body) }}
	case VCRPy:
		return &many{head: "interactions:\n", tail: "version: 1\n", n: n, item: func(i int) string {
			return fmt.Sprintf("- request:\n    body: null\n    headers:\n      Accept:\n      - '*/*'\n    method: GET\n    uri: http://a.test/%d\n"+
				"  response:\n    body:\n      string: '%s'\n    headers:\n      Content-Type:\n      - text/plain\n    status:\n      code: 200\n      message: OK\n", i, body)
		}}
	case HAR:
		return &many{head: `{"log":{"version":"1.2","entries":[`, tail: "]}}", n: n, item: func(i int) string {
			return comma(i, fmt.Sprintf(`{"startedDateTime":"2026-11-28T10:00:00Z","time":1,"request":{"method":"GET","url":"http://a.test/%d","headers":[{"name":"Accept","value":"*/*"}]},`+
				`"response":{"status":200,"statusText":"OK","headers":[{"name":"Content-Type","value":"text/plain"}],"content":{"size":440,"mimeType":"text/plain","text":"%s"},"bodySize":440}}`, i, body))
		}}
	}
	return &many{n: n, item: func(i int) string {
		b, _ := marshal(jsonOf(&store.Exchange{
			Complete: true, Request: store.Request{Method: "GET", URL: fmt.Sprintf("http://a.test/%d", i)},
			Response: &store.Response{StatusCode: 200, Status: "200 OK", Body: []byte(body)},
		}))
		return string(b) + "\n"
	}}
}

func goVCRItem(i int, body string) string {
	return fmt.Sprintf("    - id: %d\n      request:\n        proto: HTTP/1.1\n        content_length: 0\n        host: a.test\n        headers:\n            Accept:\n                - application/json\n"+
		"        url: http://a.test/%d\n        method: GET\n      response:\n        proto: HTTP/1.1\n        content_length: %d\n        body: '%s'\n"+
		"        headers:\n            Content-Type:\n                - text/plain\n        status: 200 OK\n        code: 200\n        duration: 1ms\n", i, i, len(body), body)
}

// TestReadingTakesTheSameMemoryHoweverLongAFileIs compares the heap in use while a file is read
// with the length of the file. The control keeps what it reads.
func TestReadingTakesTheSameMemoryHoweverLongAFileIs(t *testing.T) {
	n := 4_000
	if long.Wanted() {
		n = 20_000
	}
	used := func(f Format, keep bool) (count int, most int64) {
		base := heap()
		var kept []*Record
		for r, err := range readFrom(manyOf(f, n), f, false, defaultLimits()) {
			if err != nil {
				t.Fatal(err)
			}
			if count++; keep {
				kept = append(kept, r)
			}
			if count%(n/4) == 0 {
				most = max(most, heap()-base)
			}
		}
		runtime.KeepAlive(kept)
		return count, most
	}
	const bound = 2 << 20
	for _, f := range []Format{GoVCR, VCRPy, HAR, JSON} {
		count, most := used(f, false)
		t.Logf("%s: %d exchanges, %d KiB at most", f, count, most>>10)
		if count != n || most > bound {
			t.Errorf("%s: %d exchanges of %d, %d bytes in use, want at most %d", f, count, n, most, bound)
		}
	}
	if _, most := used(GoVCR, true); most <= bound {
		t.Errorf("the control keeps all and has %d bytes in use: the bound is too wide", most)
	}
}

// TestReadingIsDoneWhileTheFileComes counts what is read from the source before each exchange. No
// format reads far ahead of what it yields.
func TestReadingIsDoneWhileTheFileComes(t *testing.T) {
	for _, f := range []Format{GoVCR, VCRPy, HAR, JSON} {
		m := manyOf(f, 2_000)
		n := 0
		for _, err := range readFrom(m, f, false, defaultLimits()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; m.i-n > 600 {
				t.Fatalf("%s: %d exchanges were read before number %d came", f, m.i, n)
			}
		}
	}
}

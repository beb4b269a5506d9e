package parse

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// eventsOf reads all events of a body.
func eventsOf(body io.Reader, limit int64) (list []Event, err error) {
	r := eventReader{lines: lineReader{body: body, limit: limit, cr: true}}
	for {
		data, err := r.next()
		if err != nil {
			return list, err
		}
		e := r.event
		e.Data = toText(data)
		list = append(list, e)
	}
}

// The rules are those of "interpreting an event stream" in WHATWG's HTML, with its examples.
func TestEventsAreReadAsTheStandardSays(t *testing.T) {
	message := func(data string) Event { return Event{Name: "message", Data: data} }
	for body, want := range map[string][]Event{
		"data: YHOO\ndata: +2\ndata: 10\n\n": {message("YHOO\n+2\n10")},
		": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n": {
			{Name: "message", Data: "first event", ID: "1"}, message("second event"), message(" third event"),
		},
		"data\n\ndata\ndata\n\n":      {message(""), message("\n")},
		"data:test\n\ndata: test\n\n": {message("test"), message("test")},
		"event: add\ndata: 73\r\n\r\nevent: remove\rdata: 21\r\rdata: 3\n\n": {
			{Name: "add", Data: "73"}, {Name: "remove", Data: "21"}, message("3"),
		},
		"data: x\r\n\ndata: y\n\r\n":          {message("x"), message("y")},
		"data: [DONE]":                        nil,
		"event: lost\n\ndata: x\n\n":          {message("x")},
		"id: 7\n\ndata: x\n\ndata: y\n\n":     {{Name: "message", Data: "x", ID: "7"}, {Name: "message", Data: "y", ID: "7"}},
		"id: 1\nid: a\x00b\ndata: x\n\n":      {{Name: "message", Data: "x", ID: "1"}},
		"retry: 1500\ndata: x\n\ndata: y\n\n": {{Name: "message", Data: "x", Retry: 1500 * time.Millisecond}, {Name: "message", Data: "y", Retry: 1500 * time.Millisecond}},
		"retry: 1.5\nretry: +3\nretry: -1\nretry:\nretry: 99999999999999999999\ndata: x\n\n": {message("x")},
		"\xef\xbb\xbfdata: x\n\n":                     {message("x")},
		"Data: x\ndata : y\nunknown: z\n data: w\n\n": nil,
		"data: \xff{\n\n":                             {message("\uFFFD{")},
		"data: [DONE]\n":                              nil, // there is nothing behind it
		": no event":                                  nil,
		"id: 1\nretry: 2\n":                           nil,
		"":                                            nil,
	} {
		for name, r := range map[string]io.Reader{"at once": strings.NewReader(body), "byte by byte": iotest.OneByteReader(strings.NewReader(body))} {
			if got, err := eventsOf(r, 1<<10); !slices.Equal(got, want) || !errors.Is(err, io.EOF) {
				t.Errorf("%q %s:\ngot  %+v, %v\nwant %+v", body, name, got, err, want)
			}
		}
	}
}

// A browser drops an event within which its stream ends. Here it is an error, so that nobody loses
// it unawares.
func TestAStreamThatEndsWithinAnEventHasNotEnded(t *testing.T) {
	for _, body := range []string{"data: a\n\ndata: b\n", "data: a\n\ndata: b", "data: a\n\nda", "data: a\n\ndata: [DONE", "data: a\n\nevent: b\ndata:"} {
		if got, err := eventsOf(strings.NewReader(body), 1<<10); len(got) != 1 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %+v, %v", body, got, err)
		}
	}
}

func TestAnEventIsBounded(t *testing.T) {
	for body, want := range map[string]error{
		"data: 0123456789\ndata: 9876543210\n\n":  io.EOF,
		"data: 0123456789\ndata: 98765432101\n\n": errLongItem,
		strings.Repeat("data: 0123\n", 10):        errLongItem,
		"data: " + strings.Repeat("x", 100):       errLongItem,
		": " + strings.Repeat("x", 100):           errLongItem,
	} {
		if _, err := eventsOf(strings.NewReader(body), 20); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", body, err, want)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("data: a\ndata: b\n\n: c\nevent: d\nid: 1\nretry: 2\ndata\n\n", 2)
	f.Fuzz(func(t *testing.T, body string, size int) {
		size = min(max(size, 1), 64)
		whole, wholeErr := eventsOf(strings.NewReader(body), 1<<20)
		parts, err := eventsOf(&pieces{[]byte(body), size}, 1<<20)
		if !slices.Equal(whole, parts) || !errors.Is(err, wholeErr) {
			t.Fatalf("%q in pieces of %d: %+v, %v; at once %+v, %v", body, size, parts, err, whole, wholeErr)
		}
		for _, e := range parts {
			if strings.ContainsAny(e.Name+e.ID, "\r\n") || strings.Contains(e.Data, "\r") || e.Name == "" || e.Retry < 0 {
				t.Fatalf("%q: %+v", body, e)
			}
		}
	})
}

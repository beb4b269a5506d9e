package parse

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"
)

// An Event is an event of text/event-stream (server-sent events, as the HTML standard of WHATWG
// defines them).
type Event struct {
	// Name is the type of the event, "message" if the server named none.
	Name string
	// Data is what follows data:, with a line feed between its lines.
	Data string
	// ID is the last id that the server sent, with this event or before it, or "". Send it as
	// Last-Event-ID in a request that continues the stream.
	ID string
	// Retry is how long the server last asked clients to wait before they reconnect, 0 if it did
	// not.
	Retry time.Duration
}

// An eventReader puts the lines of an event stream together.
type eventReader struct {
	lines lineReader
	event Event  // ID and Retry stay from one event to the next
	data  []byte // of the event that is being read
	some  bool   // there was a line of data
	count int    // events that next has returned
}

// next returns the data of the next event, valid until the next call, and leaves the rest
// of it in e.event. The error is io.EOF behind the last event, io.ErrUnexpectedEOF within one.
func (e *eventReader) next() ([]byte, error) {
	e.data, e.some, e.event.Name = e.data[:0], false, ""
	for {
		line, _, ended, err := e.lines.next()
		switch {
		case err == io.EOF && e.some && !e.isDone(): //nolint:errorlint // lineReader returns it bare
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case len(line) > 0:
			if err := e.field(line); err != nil {
				return nil, err
			}
			if !ended && line[0] != ':' && !e.isDone() {
				return nil, io.ErrUnexpectedEOF
			}
		case e.some:
			if e.event.Name == "" {
				e.event.Name = "message"
			}
			e.count++
			return e.data, nil
		default:
			e.event.Name = "" // an event without data is none
		}
	}
}

// isDone reports whether the data that there is says that the stream is over.
func (e *eventReader) isDone() bool { return isDone(e.data) }

// isDone reports whether data is the last event of OpenAI's and its kin, which is no JSON.
func isDone(data []byte) bool { return string(bytes.TrimSpace(data)) == "[DONE]" }

// field takes a line in.
func (e *eventReader) field(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		if int64(len(e.data))+int64(len(value)) > e.lines.limit {
			return errLongItem
		}
		if e.some {
			e.data = append(e.data, '\n')
		}
		e.data, e.some = append(e.data, value...), true
	case "event":
		e.event.Name = toText(value)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			e.event.ID = toText(value)
		}
	case "retry":
		if ms, err := strconv.ParseUint(string(value), 10, 32); err == nil { // it takes no sign
			e.event.Retry = time.Duration(ms) * time.Millisecond
		}
	}
	return nil
}

// toText returns what is UTF-8 of b, as a stream of events has it.
func toText(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

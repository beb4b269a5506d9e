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

// An eventReader assembles events from the lines of a stream.
type eventReader struct {
	lines lineReader
	event Event  // its ID and Retry apply to the following events too
	data  []byte // the data of the current event
	some  bool   // whether the current event has a line of data
	count int    // the number of events that next has returned
}

// next returns the data of the next event, valid until the next call. The rest of the event is in
// e.event. The error is io.EOF after the last event, or io.ErrUnexpectedEOF within one.
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
			e.event.Name = "" // without data it is not an event
		}
	}
}

// isDone reports whether the current data says that the stream is over.
func (e *eventReader) isDone() bool { return isDone(e.data) }

// isDone reports whether data is the last event of a stream in OpenAI's format, which is not JSON.
func isDone(data []byte) bool { return string(bytes.TrimSpace(data)) == "[DONE]" }

// field adds a line to the current event.
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

// toText returns b as UTF-8, with invalid bytes replaced, as the format of event streams demands.
func toText(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

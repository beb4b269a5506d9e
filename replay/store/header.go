package store

import (
	"encoding/binary"
	"net/http"
	"slices"
	"strings"
)

// putHeader writes each name with its values as one field. A nil header and an empty one are the
// same.
func putHeader(b []byte, number int, h http.Header) []byte {
	type field struct {
		name   string
		values []string
	}
	var room [24]field
	fields := room[:0]
	for name, values := range h {
		fields = append(fields, field{name, values})
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	for _, f := range fields {
		n := sizeOfBytes(len(f.name))
		for _, v := range f.values {
			n += sizeOfBytes(len(v))
		}
		b = binary.AppendUvarint(putTag(b, number, kindBytes), uint64(n)) //nolint:gosec // a length
		b = putAlways(b, 1, f.name)
		for _, v := range f.values {
			b = putAlways(b, 2, v)
		}
	}
	return b
}

// sizeOfBytes returns the length of a field with n bytes and a number below 16.
func sizeOfBytes(n int) int {
	size := 2 + n
	for ; n >= 0x80; n >>= 7 {
		size++
	}
	return size
}

// A headerReader adds fields to headers. The values of several names share one array.
type headerReader struct {
	room []string // unused values
}

// add adds the name and the values of one field to a header.
func (hr *headerReader) add(h *http.Header, f reader) error {
	var name string
	n := 0
	for f.next() {
		if err := f.want(kindBytes); err != nil {
			return err
		}
		switch f.number {
		case 1:
			name = f.string()
		case 2:
			if n == len(hr.room) {
				room := make([]string, max(2*n, roomForValues))
				copy(room, hr.room)
				hr.room = room
			}
			hr.room[n] = f.string()
			n++
		}
	}
	if f.err != nil {
		return f.err
	}
	var values []string
	if n > 0 {
		values, hr.room = hr.room[:n:n], hr.room[n:]
	}
	if *h == nil {
		*h = make(http.Header)
	}
	if before := (*h)[name]; before != nil {
		values = append(before, values...)
	}
	(*h)[name] = values
	return nil
}

// roomForValues is the number of values that most headers have.
const roomForValues = 8

// common returns b as a string. It does not copy strings that most exchanges have.
func common(b []byte) string {
	switch string(b) { // the compiler does not make a string here
	case "GET":
		return "GET"
	case "POST":
		return "POST"
	case "200 OK":
		return "200 OK"
	case "HTTP/1.1":
		return "HTTP/1.1"
	case "HTTP/2.0":
		return "HTTP/2.0"
	case "Accept":
		return "Accept"
	case "Accept-Encoding":
		return "Accept-Encoding"
	case "Authorization":
		return "Authorization"
	case "Cache-Control":
		return "Cache-Control"
	case "Content-Length":
		return "Content-Length"
	case "Content-Type":
		return "Content-Type"
	case "Date":
		return "Date"
	case "Etag":
		return "Etag"
	case "Server":
		return "Server"
	case "User-Agent":
		return "User-Agent"
	case "Vary":
		return "Vary"
	case "application/json":
		return "application/json"
	case "application/json; charset=utf-8":
		return "application/json; charset=utf-8"
	}
	return string(b)
}

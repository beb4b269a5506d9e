package store

import (
	"encoding/binary"
	"net/http"
	"slices"
)

// putHeader writes each name with its values as one field; a nil header and an
// empty one are the same.
func putHeader(b []byte, number int, h http.Header) []byte {
	var room [24]string
	names := room[:0]
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		n := sizeOfBytes(len(name))
		for _, v := range h[name] {
			n += sizeOfBytes(len(v))
		}
		b = binary.AppendUvarint(putTag(b, number, kindBytes), uint64(n)) //nolint:gosec // a length
		b = putAlways(b, 1, name)
		for _, v := range h[name] {
			b = putAlways(b, 2, v)
		}
	}
	return b
}

// sizeOfBytes returns the length of a field with n bytes, whose number is below 16.
func sizeOfBytes(n int) int {
	size := 2 + n
	for ; n >= 0x80; n >>= 7 {
		size++
	}
	return size
}

// getHeader adds the name and the values of one field.
func getHeader(h *http.Header, b []byte) error {
	var name string
	var room [4]string
	values := room[:0]
	for len(b) > 0 {
		f, n, err := nextField(b)
		if err != nil {
			return err
		}
		if err := f.want(kindBytes); err != nil {
			return err
		}
		switch f.number {
		case 1:
			name = common(f.bytes)
		case 2:
			values = append(values, common(f.bytes))
		}
		b = b[n:]
	}
	if *h == nil {
		*h = make(http.Header)
	}
	(*h)[name] = append((*h)[name], values...)
	return nil
}

// common returns b as a string, without a copy where it is one that most exchanges have.
func common(b []byte) string {
	switch string(b) { // which the compiler compares without a string
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

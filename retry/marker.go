package retry

import (
	"net/http"
	"strconv"
	"strings"
)

// A marker is a header in which an SDK gives the number of its own attempt.
type marker struct {
	header string
	prefix string // the text before the number, in a word of the header's value
	first  int    // the number of the first attempt
}

// markers returns the known markers.
func markers() [3]marker {
	return [...]marker{
		{"X-Stainless-Retry-Count", "", 0},
		{"Amz-Sdk-Request", "attempt=", 1},
		{"X-Goog-Api-Client", "gccl-attempt-count/", 1},
	}
}

// marked returns the header that marks a request as an attempt of an SDK, or "", and whether that
// is a further attempt.
func marked(h http.Header) (header string, further bool) {
	for _, m := range markers() {
		for _, v := range h[m.header] {
			if n, ok := m.number(v); ok {
				return m.header, n > m.first
			}
		}
	}
	return "", false
}

// number returns the number in a value of the header.
func (m marker) number(value string) (int, bool) {
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ' ' || r == ';' }) {
		if digits, ok := strings.CutPrefix(word, m.prefix); ok {
			n, err := strconv.Atoi(digits)
			return n, err == nil
		}
	}
	return 0, false
}

// resentBySDK returns the header in which an SDK around the client says that it is sending the
// request again itself, or "". The retries of two layers would multiply.
func resentBySDK(h http.Header) string {
	if header, further := marked(h); further {
		return header
	}
	return ""
}

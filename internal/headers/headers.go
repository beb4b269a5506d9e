// Package headers copies the header of a request with few allocations. A layer that edits a request
// makes such a copy for every call.
package headers

import (
	"maps"
	"net/http"
)

// Clone is like [http.Header.Clone], but stores the values in room as far as they fit, and never
// returns a nil header.
func Clone(h http.Header, room []string) http.Header {
	if h == nil {
		return make(http.Header)
	}
	clone := maps.Clone(h) // copies the table at once, without hashing each name again
	for name, values := range clone {
		if values == nil { // net/http does not send it
			continue
		}
		if len(values) > len(room) {
			room = make([]string, len(values)+len(h)) // most of the others have one value
		}
		n := copy(room, values)
		clone[name], room = room[:n:n], room[n:]
	}
	return clone
}

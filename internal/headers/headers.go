// Package headers copies the header of a request with few allocations: a layer that edits
// a request makes such a copy for every call.
package headers

import (
	"maps"
	"net/http"
)

// Clone is [http.Header.Clone] with the values in room, as far as it has room for them. It
// never returns a nil header.
func Clone(h http.Header, room []string) http.Header {
	if h == nil {
		return make(http.Header)
	}
	clone := maps.Clone(h) // in one go, without looking for the place of each name
	for name, values := range clone {
		if values == nil { // net/http does not send it
			continue
		}
		if len(values) > len(room) {
			room = make([]string, len(values)+len(h)) // the others have one value, mostly
		}
		n := copy(room, values)
		clone[name], room = room[:n:n], room[n:]
	}
	return clone
}

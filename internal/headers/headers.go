// Package headers copies the header of a request with few allocations: a layer that edits
// a request makes such a copy for every call.
package headers

import "net/http"

// Clone is [http.Header.Clone] with the values in room, as far as it has room for all of
// them. It returns what is left of room, and never a nil header.
func Clone(h http.Header, room []string) (clone http.Header, left []string) {
	n := 0
	for _, values := range h {
		n += len(values)
	}
	all := room
	if n > len(room) {
		all = make([]string, n)
	} else {
		left = room[n:]
	}
	clone = make(http.Header, len(h))
	for name, values := range h {
		if values == nil { // net/http does not send it
			clone[name] = nil
			continue
		}
		n := copy(all, values)
		clone[name] = all[:n:n]
		all = all[n:]
	}
	return clone, left
}

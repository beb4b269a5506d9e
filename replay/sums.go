package replay

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// dropSums removes the sums of a changed body from the header and the trailer, because a client
// that checks them would reject what is replayed. A sum that was changed along with the body
// stays.
func dropSums(r, before *store.Response) {
	for _, h := range []struct{ now, before http.Header }{{r.Header, before.Header}, {r.Trailer, before.Trailer}} {
		for name, values := range h.now {
			if isSum(name) && slices.Equal(values, h.before[name]) {
				delete(h.now, name)
			}
		}
	}
}

// isSum reports whether a header has a sum of the body, by RFC 9530, its predecessors, or object
// stores.
func isSum(name string) bool {
	n := strings.ToLower(name)
	switch n {
	case "content-md5", "digest", "content-digest", "repr-digest", "x-amz-crc32", "x-goog-hash", "x-ms-content-crc64", "x-ms-blob-content-md5":
		return true
	}
	return strings.HasPrefix(n, "x-amz-checksum-") || strings.HasPrefix(n, "x-checksum-")
}

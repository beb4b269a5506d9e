package auth

import (
	"net/http"

	"github.com/gracy-go/gracy/transport"
)

// tapeName is the name of the layer of package replay in a stack.
const tapeName = "replay"

// hasTape reports whether a tape is inside the layer. It compares what it replays by the
// mask of a token too, and sends nothing that has one; a server cannot know the mask, and a
// tape outside the layer would record what it responds.
func hasTape(next http.RoundTripper) bool {
	for name := range transport.Layers(next) {
		if name == tapeName {
			return true
		}
	}
	return false
}

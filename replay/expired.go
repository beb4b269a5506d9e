package replay

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay/store"
)

// Expired says what happens to recordings that are older than [Options].MaxAge or Since allow,
// also with Options.Ordered.
type Expired uint8

// What happens to recordings that are too old.
const (
	// ExpiredMissing treats them as if they were not on the tape. ModeSmart records anew. In
	// ModeReplay they are a miss with the reason MissExpired.
	ExpiredMissing Expired = iota
	// ExpiredServed replays them. Stats.Stale counts these calls, and the ledger has a note.
	ExpiredServed
	// ExpiredFallback replays them if there is nothing better. ModeSmart sends the request and
	// replays the old response if none arrives. Options.Errors does not record that failure.
	// ModeReplay replays the old response.
	ExpiredFallback
	// ExpiredRejected is a miss with the reason MissExpired in ModeSmart too.
	ExpiredRejected
)

// String returns "missing", "served", "fallback" or "rejected".
func (e Expired) String() string {
	switch e {
	case ExpiredMissing:
		return "missing"
	case ExpiredServed:
		return "served"
	case ExpiredFallback:
		return "fallback"
	case ExpiredRejected:
		return "rejected"
	}
	return "Expired(" + strconv.Itoa(int(e)) + ")"
}

// serves reports whether a recording that is too old is replayed without sending.
func (e Expired) serves(mode Mode) bool {
	return e == ExpiredServed || e == ExpiredFallback && mode == ModeReplay
}

// rejects reports whether a request that the tape has no response to is a miss and is not sent.
func (e Expired) rejects(mode Mode, why MissReason) bool {
	return mode == ModeReplay || e == ExpiredRejected && why == MissExpired
}

// playStale replays an exchange that is too old, and adds a note that says so.
func (t *Tape) playStale(c *layer.Call, req *http.Request, x *store.Exchange) (*http.Response, error) {
	t.counts.stale.Add(1)
	if a := layer.AttemptFrom(req.Context()); a != nil {
		a.AddNote("the recording is from " + x.Start.UTC().Format(time.RFC3339) + ", older than MaxAge or Since allows")
	}
	return t.play(c, req, x)
}

package replay

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// cutoff returns the largest ID that is too old at a time, or 0. The zero time is now.
func (o *Options) cutoff(at time.Time) store.ID {
	var oldest time.Time
	if o.MaxAge > 0 {
		if at.IsZero() {
			at = time.Now()
		}
		oldest = at.Add(-o.MaxAge)
	}
	if o.Since.After(oldest) {
		oldest = o.Since
	}
	if id := store.IDAt(oldest); !oldest.IsZero() && id > 0 {
		return id - 1
	}
	return 0
}

// replays reports whether a mode may replay an exchange of a tape at all.
func (o *Options) replays(x *store.Exchange, mode Mode) bool {
	return o.ends(x, mode) && !o.discards(x)
}

// ends reports whether a mode accepts the way an exchange ended. One whose caller left is replayed
// only if there is no alternative. ModeSmart sends the request again, since its caller may have
// been interrupted and want the rest now. Such an exchange does not hide an older one that is
// whole.
func (o *Options) ends(x *store.Exchange, mode Mode) bool {
	return x.Complete || mode == ModeReplay && x.CallerLeft() && !o.servesOld()
}

// servesOld reports whether recordings that are too old may be replayed.
func (o *Options) servesOld() bool {
	return (o.MaxAge > 0 || !o.Since.IsZero()) && (o.Expired == ExpiredServed || o.Expired == ExpiredFallback)
}

// discards reports whether an exchange on the tape counts as missing.
func (o *Options) discards(x *store.Exchange) bool {
	if o.DiscardBad && (x.Fault != nil && !x.CallerLeft() || statusOf(x) >= 400) {
		return true
	}
	if o.Discard == nil || x.Response == nil {
		return false
	}
	return o.Discard(rebuild(x.Response, x.Response.Header.Clone(), nil, x.Start)) //nolint:bodyclose // there is no body
}

// discardsLive reports whether a live response is left unrecorded.
func (o *Options) discardsLive(resp *http.Response) bool {
	if o.DiscardBad && resp.StatusCode >= 400 {
		return true
	}
	if o.Discard == nil {
		return false
	}
	r := *resp
	r.Header = resp.Header.Clone()
	r.Body = http.NoBody
	return o.Discard(&r)
}

// statusOf returns the status of an exchange, 0 for a fault.
func statusOf(x *store.Exchange) int {
	if x.Response == nil {
		return 0
	}
	return x.Response.StatusCode
}

package layer

import "time"

// A Pauser can hold back other requests while one that was throttled waits to be sent
// again.
type Pauser interface {
	// Throttled returns how many times in a row the server has throttled requests of this kind, at
	// least 1.
	Throttled() int
	// Pause holds back the other requests for d from now on.
	Pause(d time.Duration)
	// Until returns the time until which requests like the throttled one are held back, as things
	// stand. It is zero if they are not.
	Until() time.Time
}

// OfferPause is for a layer that limits requests, which calls it on the way back for a response
// that asks for fewer requests. If the response does not say for how long, the layer that sends the
// request again calls Throttled and Pause. Otherwise it calls only Until. The first offer for an
// attempt counts.
func OfferPause(a *Attempt, p Pauser) {
	x := a.more()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pauser == nil {
		x.pauser = p
	}
}

// Pauser returns what was offered with [OfferPause], or nil.
func (a *Attempt) Pauser() Pauser {
	x := a.extra.Load()
	if x == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.pauser
}

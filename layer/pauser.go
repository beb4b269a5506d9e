package layer

import "time"

// A Pauser can hold back other requests while one that was throttled waits to be sent
// again.
type Pauser interface {
	// Throttled returns how many times in a row the server has throttled requests of the
	// kind, at least 1.
	Throttled() int
	// Pause holds back the others for d from now on.
	Pause(d time.Duration)
}

// OfferPause is for a layer that limits requests. It calls it on the way back, for
// a response that asks for fewer requests and does not say for how long: that is
// for a layer to decide that sends the request again. The first offer for an
// attempt counts.
func OfferPause(a *Attempt, p Pauser) {
	x := a.more()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pauser == nil {
		x.pauser = p
	}
}

// Pauser returns what was offered with [OfferPause], nil if nothing was.
func (a *Attempt) Pauser() Pauser {
	x := a.extra.Load()
	if x == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.pauser
}

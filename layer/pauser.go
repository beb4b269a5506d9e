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
	// Until returns until when requests like the one that was throttled are held back, as
	// things stand; the zero Time if they are not.
	Until() time.Time
}

// OfferPause is for a layer that limits requests. It calls it on the way back, for
// a response that asks for fewer requests. Where that does not say for how long, a
// layer that sends the request again decides; else it asks Until alone. The first offer
// for an attempt counts.
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

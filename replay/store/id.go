package store

import "time"

// An ID names an exchange and its place in time. It is made of the Unix time in milliseconds at
// which the request started, and a counter. Within a tape IDs only grow, so their order is the
// order in which requests started.
type ID uint64

const idBits = 20 // the bits of the counter

// IDAt returns the smallest ID of the time t, 0 for times before the epoch.
func IDAt(t time.Time) ID {
	return ID(max(t.UnixMilli(), 0)) << idBits //nolint:gosec // not negative
}

// Time returns the time of the ID, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id >> idBits)) } //nolint:gosec // 44 bits

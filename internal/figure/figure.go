// Package figure lets a layer report a figure that belongs to no call, such as how many slots are
// in use. Layers have such figures, package metrics shows them, and neither imports the other.
package figure

// A Kind says what a figure counts or measures.
type Kind uint8

// The kinds of figures. Those marked as counted only grow.
const (
	SlotsInUse   Kind = iota // slots of a concurrency limit in use, of all keys
	Slots                    // slots that a concurrency limit has, of all keys in use
	Paused                   // scopes to which nothing is sent now because the server asked for a pause
	TapeMissed               // calls for which a tape had no response, counted
	TapeWithheld             // exchanges not recorded because of a secret, counted
	TapeFailed               // exchanges lost to failed writes, counted
	TapePending              // exchanges that are yet to be written to the storage
	Kinds                    // the number of kinds
)

// Counted reports whether figures of the kind only grow.
func (k Kind) Counted() bool { return k == TapeMissed || k == TapeWithheld || k == TapeFailed }

// A Figure is one figure of a layer. Rule is the text of the limit that it belongs to, without a
// host, or "".
type Figure struct {
	Kind  Kind
	Rule  string
	Value int64
}

// A Source is a layer that has figures. Figures is safe for concurrent use, may be called at any
// time, and does not wait for a call.
type Source interface{ Figures() []Figure }

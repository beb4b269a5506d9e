// Package figure is how a layer says a figure about itself that no call has: how many slots are in use, say. The one
// side has them, package metrics shows them, and neither knows the other.
package figure

// A Kind is what a figure is of.
type Kind uint8

// The kinds of figures. Those that count only grow.
const (
	SlotsInUse   Kind = iota // slots of a concurrency limit in use, of all keys
	Slots                    // slots that it has, of all keys in use
	Paused                   // scopes to which nothing is sent now, since the server asked for it
	TapeMissed               // calls for which a tape had no response, counted
	TapeWithheld             // exchanges kept off a tape because of a secret, counted
	TapeFailed               // exchanges lost to failed writes, counted
	TapePending              // exchanges on their way to the storage
	Kinds                    // the number of kinds
)

// A Figure is one of a layer. Those of a limit have its text, without a host.
type Figure struct {
	Kind  Kind
	Rule  string
	Value int64
}

// A Source is a layer that has figures. Figures may be called at any time and concurrently; it does not wait for a call.
type Source interface{ Figures() []Figure }

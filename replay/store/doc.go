// Package store holds what the author of a storage needs: the [Store] that a tape writes to and
// reads from, the exchanges kept in it, and their binary form. To open a tape, package replay is
// enough.
//
// Package bolt keeps a tape in a bbolt file, package text in a JSON file. A storage of your own has
// three methods, and replay.New makes it a tape:
//
//	tape, err := replay.New(myStore, replay.Options{})
//
// Further methods say what else it can do: delete ([Deleter]), find by itself ([IndexStore]), keep
// long bodies in parts ([PartStore]), keep the key of the identity hashes ([RecipeStore]), end a
// lookup or a read of a part with the context of its request ([ContextStore], [ContextPartStore]).
// Package replay/storetest tests all of them with one call.
//
// # Form
//
// [Exchange.MarshalBinary] writes a version byte and then tagged fields in the encoding of
// protobuf, so that any language can read a tape. The number of a field is never reused. Fields of
// later versions are kept unchanged.
//
// # Errors
//
// Errors of this package and of the two storages begin with "replay: ", the package that the user
// of a tape knows. A file that is not readable is a [FormatError]. A file that is open elsewhere is
// [ErrLocked].
//
// # What it will not do
//
// It masks no secret, decides nothing about which exchange is replayed, and knows no mode. All of
// that is the tape's.
package store

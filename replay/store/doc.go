// Package store holds what a storage author needs: the [Store] that a tape
// writes to and reads from, the exchanges that are kept in it, and their binary
// form. Whoever only opens a tape needs package replay alone.
//
// Package bolt keeps a tape in a bbolt file, package text in a JSON file. A
// storage of your own has three methods, and becomes a tape by replay.New:
//
//	tape, err := replay.New(myStore, replay.Options{})
//
// What more it can do it says by its methods: delete ([Deleter]), find by itself
// ([IndexStore]), keep long bodies in parts ([PartStore]), keep the key of the hashes of
// who made a request ([RecipeStore]). Package replay/storetest tests all of it, in a line.
//
// # Form
//
// [Exchange.MarshalBinary] writes a version byte and then tagged fields as
// protobuf lays them out, so that any language can read a tape. The number of a
// field is never used again for something else; fields of later versions are
// kept as they came.
//
// # Errors
//
// Errors of this package and of the two storages begin with "replay: ", the
// package that the user of a tape knows. A file that is not readable is a
// [FormatError], a file that is open elsewhere is [ErrLocked].
//
// # What it will not do
//
// It masks no secret, decides nothing about which exchange is replayed, and
// knows no mode: all of that is the tape's.
package store

// Package bolt keeps a tape in a bbolt file, the storage that replay.Open uses
// unless the name of the file ends in .json.
//
// One process may write, or any number may read. A crash loses what was not
// appended yet, and nothing else. Network file systems are no place for it.
//
// # Form
//
// This is schema 1 of a tape in bbolt. Integers are big-endian, so that the
// order of bytes is the order of numbers.
//
//	meta  magic, schema, recipe, last (the largest ID)
//	rec   ID -> encoded exchange
//	idx   host 0 path 0 METHOD 0 sum(32) ID(8) -> 1; host, path and method are
//	      cut at 200 bytes, and 8 bytes of their hash are added
//	blob  ID part(4) -> 256 KiB of a response body of 64 KiB or more
//
// The sum in rec is the one under which the exchange was indexed first; the sum
// in idx is the one that holds.
package bolt

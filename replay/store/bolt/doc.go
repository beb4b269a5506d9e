// Package bolt keeps a tape in a bbolt file, the storage that replay.Open uses
// unless the name of the file ends in .json.
//
// One process may write, or any number may read. A crash loses what was not
// appended yet, and nothing else. Network file systems are no place for it.
//
// What a crash leaves of a tape that was being made, .tape-NAME-NUMBER, is removed
// by the next Open of that tape. It takes the lock under which tapes are made,
// .tape-NAME.lock, so that what it finds is nobody's.
//
// A damaged file is an error, never the end of the process: before bbolt gets
// it, every page that bbolt could reach is read once and checked (number, sort,
// and that what it points to lies in the page and in the file), and so is the
// list of free pages. Bodies are not read for it. The time that opening takes
// grows with the number of pages, about 0.8 µs a recording of 1 KiB where the
// file is in memory: 80 ms for 100,000 recordings. What is damaged within a
// record is found when it is read, unless it still decodes.
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

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
// list of free pages. Bodies are not read for it, but each entry of the index is: it has
// a checksum, and no record may be without one. The time that opening takes
// grows with the number of pages, about 0.8 µs a recording of 1 KiB where the
// file is in memory: 80 ms for 100,000 recordings. What is damaged within a
// record or a part of a body is found by its checksum (CRC-32C) when it is read:
// a FormatError, never another body. Records of earlier builds have none. A damaged
// meta page looks like a commit that was broken off: the state before the last
// commit holds.
//
// # Form
//
// This is schema 1 of a tape in bbolt. Integers are big-endian, so that the
// order of bytes is the order of numbers.
//
//	meta  magic, schema, recipe, last (the largest ID)
//	rec   ID -> 2 checksum(4) encoded exchange; of earlier builds, the exchange alone
//	idx   host 0 path 0 METHOD 0 sum(32) ID(8) -> 2 checksum(4); of earlier builds, 1;
//	      host, path and method are cut at 200 bytes, and 8 bytes of their hash are added
//	blob  ID part(4) -> checksum(4), but for records without one, and 256 KiB of a response
//	      body of 64 KiB or more
//
// A checksum is that of the key and of what follows it.
//
// The sum in rec is the one under which the exchange was indexed first; the sum
// in idx is the one that holds.
package bolt

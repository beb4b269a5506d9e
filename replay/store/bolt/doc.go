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
// A damaged file is an error, never the end of the process: a FormatError, never another
// body. A page is checked when it is reached for the first time, before bbolt gets a key
// that leads to it: its number and sort, that it is in the file, that its elements
// follow each other without a gap and in the order of their keys, and the checksum
// (CRC-32C) of each entry of the index. Of a leaf in which a single key is looked for the
// order and the checksums are those of the two entries between which that has its place,
// which search has compared with it, each time. Each time, the first key of a page has to
// be the one under which it was looked for. The roots of the buckets and what meta says are
// sealed by each commit, which is compared when the tape is opened, in some 10 pages
// however long the tape is. So what was lost of the index is an error where it is looked
// for, and not a miss; damage elsewhere is not seen. What is damaged within a record or a
// part of a body is found by its checksum when it is read; records of earlier builds have
// none.
//
// All pages are walked through, about 0.8 µs a recording of 1 KiB in memory, when a tape
// is opened that an earlier build wrote to last, and once before something is
// removed. Of the list of free pages Open checks the form; that a page in it is in use is
// found by that walk alone. Until then an Append to a tape that is damaged in this way may
// write over exchanges, which are errors then. A damaged meta page looks like a commit
// that was broken off: the state before the last commit holds.
//
// # Index
//
// Append writes exchanges one behind the other, and keeps their index keys in memory, up to
// 8192 of them, some 1 MiB; these are put into the index of the file when they are so many,
// and by Close, which also cuts off the room that the file has behind its pages. An index of
// up to 16 pages gets them at once. After a crash Open makes the keys anew from the
// exchanges, in some 50 ms at most. While keys wait, the tape has schema 2, which earlier
// builds reject, as they would miss what waits; Close makes it schema 1 again.
//
// # Form
//
// This is schema 1 of a tape in bbolt, and schema 2 with an index that does not lead to the
// records with IDs above "indexed". Integers are big-endian, so that the order of bytes is
// the order of numbers.
//
//	meta  magic, schema, recipe, last (the largest ID), indexed, seal: transaction(8) checksum(4)
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

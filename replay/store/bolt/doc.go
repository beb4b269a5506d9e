// Package bolt keeps a tape in a bbolt file, the storage that replay.Open uses unless the name of
// the file ends in .json.
//
// One process may write, or any number may read. A crash loses what was not appended yet, and
// nothing else. Do not use it on a network file system.
//
// A crash while a tape is being made leaves a file .tape-NAME-NUMBER. The next Open of that tape
// removes it. It holds the lock under which tapes are made, .tape-NAME.lock, so no process is using
// what it removes.
//
// # Damage
//
// A damaged file is a FormatError. It never ends the process and never returns another body.
//
// A page is checked when it is first reached, before bbolt gets a key that leads to it: its number
// and sort, that it is in the file, that its elements follow each other without a gap and in the
// order of their keys, and the checksum (CRC-32C) of each entry of the index. A lookup of a single
// key in a leaf checks the order and the checksums of its two neighbors alone, each time. The first
// key of a page must always be the one under which the page was looked for. Each commit seals the
// roots of the buckets and what meta says. Open compares the seal, which takes some 10 pages
// however long the tape is. So a lost part of the index is an error where it is looked for, and not
// a miss. Damage elsewhere is not seen. Damage within a record or a part of a body is found by its
// checksum when it is read. Records of earlier builds have none.
//
// All pages are walked through when a tape is opened that an earlier build wrote to last, and once
// before something is removed. That takes about 0.8 µs a recording of 1 KiB in memory. Of the list
// of free pages Open checks only the form. That a page in it is in use is found by that walk alone.
// Until then an Append to a tape damaged in this way may overwrite exchanges, which are errors
// then. A damaged meta page looks like an unfinished commit: the state before the last commit
// holds.
//
// # Index
//
// Append writes exchanges one after the other and keeps their index keys in memory, up to 8192 of
// them, some 1 MiB. The keys go into the index of the file when there are that many, and on Close,
// which also cuts off the unused end of the file. An index of up to 16 pages gets them at once.
// After a crash Open makes the keys anew from the exchanges, in some 50 ms at most. While keys
// wait, the tape has schema 2, which earlier builds reject because they would miss those exchanges.
// Close makes it schema 1 again.
//
// # Form
//
// This is schema 1 of a tape in bbolt, and schema 2 if the index does not lead to the records with
// IDs above "indexed". Integers are big-endian, so that the order of bytes is the order of numbers.
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
// The sum in rec is the one under which the exchange was indexed first. The sum in idx is the
// current one.
package bolt

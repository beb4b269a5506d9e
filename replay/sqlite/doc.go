// Package sqlite keeps a tape in a SQLite database, for several processes that record at
// once, and for people who look at tapes with SQL:
//
//	s, err := sqlite.Open("api.sqlite")
//	...
//	tape, err := replay.New(s, replay.Options{})
//
// It is a module of its own, for the sake of its driver, modernc.org/sqlite, which needs no
// cgo. [New] takes a database of any other driver. There is nothing to configure.
//
// # Processes
//
// Any number may have a tape open, for writing too, on a local disk; network file
// systems are no place for it. Their batches are written one after the other, and readers
// wait for none of them. Whoever waits for five seconds gets [store.ErrLocked].
//
// Processes number their exchanges each for itself. One whose number is taken gets the next
// one that is free; a long body in parts, which is beyond 1 MiB, is not recorded then, and the
// tape reports it. What two record of one request is a sequence, in the order in which the
// requests were started.
//
// All have to use the same options (Match, redaction): if one indexes the tape anew by
// others, Append of the rest fails with store.ErrLocked, since what they record would never
// be found. Of two that open a new tape in the same moment, the second takes the key that the
// first has made for its hashes.
//
// # Crashes
//
// What Append has taken is kept if the process dies, and, of a file of [Open], if the
// machine does, as far as its disk keeps what it says it has written (write-ahead log,
// synchronous=FULL: one sync a batch). Of a batch all is there or nothing. Parts of a body
// whose exchange never came are removed by the first Open an hour after the last of them:
// before that they may be another process's.
//
// While it is open there are two files beside it, NAME-wal and NAME-shm, which belong to
// it: after a crash they must not be removed. The last to close it puts all into the one file, which
// can then be read on a read-only file system too.
//
// # Damage
//
// A key, a record and a part of a body have a checksum (CRC-32C) each, which is compared when
// they are read. Damage is a [store.FormatError] or, where it strikes the index, a miss; never
// another body. Nothing is checked when a tape is opened but its tables, so that this takes the
// same time for any number of exchanges; PRAGMA integrity_check reads all.
//
// # Form
//
// This is schema 1. Another one is a FormatError.
//
//	gracy_exchange    id, method, host, path, status, started (UTC), sum, request, crc
//	gracy_record      id, crc, data: the exchange as store.Exchange.MarshalBinary writes it
//	gracy_part        id, number, crc, data: 256 KiB of a response body of 1 MiB or more
//	gracy_unfinished  id, owner, touched: exchanges of which there are only parts yet
//	gracy_meta        name, value: schema, recipe, last (the largest id)
//
// The columns of gracy_exchange are what it is found by, and for people:
//
//	SELECT started, method, host, path, status FROM gracy_exchange ORDER BY id DESC LIMIT 20;
//
// sum decides which requests are the same, its first 20 bytes, request, whoever makes them. A
// text beyond 200 bytes, or that is no UTF-8, is cut, and has a hash behind a #. A status
// is NULL where there was no response. The sum in data is the one that the exchange was
// appended with; the one in gracy_exchange holds.
//
// # What it will not do
//
// It deletes nothing by itself, and gives no room back to the file system: VACUUM does.
package sqlite

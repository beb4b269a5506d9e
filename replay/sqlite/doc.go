// Package sqlite keeps a tape in a SQLite database, for several processes that record at once, and
// for people who look at tapes with SQL:
//
//	s, err := sqlite.Open("api.sqlite")
//	...
//	tape, err := replay.New(s, replay.Options{})
//
// It is a module of its own because of its driver, modernc.org/sqlite, which needs no cgo. [New]
// takes a database of any other driver. There is nothing to configure.
//
// # Processes
//
// Any number may have a tape open, for writing too, on a local disk. Do not use it on a network
// file system. Batches are written one after the other, and readers wait for none of them. A
// process that has waited for five seconds gets [store.ErrLocked].
//
// Each process numbers its own exchanges. One whose number is taken gets the next free one. If that
// happens to an exchange with a body in parts, which is beyond 1 MiB, it is not recorded and the
// tape reports it. What two processes record of one request is a sequence, in the order in which
// the requests were started.
//
// All processes must use the same options (Match, redaction). If one indexes the tape anew with
// others, Append of the rest fails with store.ErrLocked, since what they record would never be
// found. If two open a new tape at the same moment, the second uses the key that the first has made
// for its hashes.
//
// # Crashes
//
// What Append has taken is kept if the process dies. In a file of [Open] it is also kept if the
// machine stops, as far as its disk keeps what it says it has written (write-ahead log,
// synchronous=FULL: one sync a batch). A batch is stored whole or not at all. Parts of a body whose
// exchange never came are removed by the first Open an hour after the last of them. Before that they
// may belong to another process.
//
// While it is open there are two files beside it, NAME-wal and NAME-shm, which belong to it and
// must not be removed after a crash. The last process to close the tape moves everything into the
// one file, which can then be read on a read-only file system too.
//
// # Damage
//
// A key, a record and a part of a body each have a checksum (CRC-32C), which is compared when they
// are read. Damage is a [store.FormatError] or, in the index, a miss. It is never another body.
// Opening a tape checks nothing but its tables, so it takes the same time for any number of
// exchanges. PRAGMA integrity_check reads everything.
//
// # Form
//
// This is schema 1. Any other is a FormatError.
//
//	gracy_exchange    id, method, host, path, status, started (UTC), sum, request, crc
//	gracy_record      id, crc, data: the exchange as store.Exchange.MarshalBinary writes it
//	gracy_part        id, number, crc, data: 256 KiB of a response body of 1 MiB or more
//	gracy_unfinished  id, owner, touched: exchanges of which there are only parts yet
//	gracy_meta        name, value: schema, recipe, last (the largest id)
//
// An exchange is found by the columns of gracy_exchange, which people can query too:
//
//	SELECT started, method, host, path, status FROM gracy_exchange ORDER BY id DESC LIMIT 20;
//
// sum decides which requests are the same. Its first 20 bytes, request, are the same whoever makes
// the request. A text that is longer than 200 bytes or not UTF-8 is cut and has a hash behind a #.
// A status is NULL if there was no response. The sum in data is the one that the exchange was
// appended with. The one in gracy_exchange is current.
//
// # What it will not do
//
// It deletes nothing by itself and gives no space back to the file system: VACUUM does.
package sqlite

// Package mongodb keeps tapes in a MongoDB database, for the machines of a team or of a fleet of
// workers that record and replay at once:
//
//	s, err := mongodb.Open(ctx, os.Getenv("MONGODB_URI"), "payments", mongodb.Options{})
//	...
//	tape, err := replay.New(s, replay.Options{})
//
// It is a module of its own because of its driver, go.mongodb.org/mongo-driver/v2. It needs MongoDB
// 4.2 or later, of any topology: it uses neither transactions nor server-side code. A sharded
// collection must be sharded by _id, because otherwise _id is unique only within one shard.
//
// # Tapes
//
// A database has any number of tapes, all in the same three collections. To delete a tape, delete
// its documents, that of gracy_tape last:
//
//	db.gracy_exchange.deleteMany({_id: {$gt: "payments/", $lt: "payments0"}})
//	db.gracy_part.deleteMany({_id: {$gt: "payments/", $lt: "payments0"}})
//	db.gracy_tape.deleteOne({_id: "payments"})
//
// # Processes
//
// Any number may have a tape open, for writing too, and none waits for another. Each process
// numbers its own exchanges. One whose number is taken gets the next free one. If that happens to
// an exchange with a body in parts, which is beyond 1 MiB, it is not recorded and the tape reports
// it. What two processes record of one request is a sequence, in the order in which the requests
// were started, by the clocks of their machines.
//
// All processes must use the same options (Match, redaction). If one indexes the tape anew with
// others, Append of the rest fails with [store.ErrLocked], since what they record would never be
// found. replay.New waits while another process indexes the tape, at most Options.Timeout, and then
// fails with it too. So if several open a new tape at the same moment, all use the key that the
// first has made for its hashes.
//
// # Time
//
// Each call takes Options.Timeout at most, which includes the wait for a connection and for a new
// primary. Its error then matches [context.DeadlineExceeded]. A lookup with a context, such as that
// of a request, also ends with it ([store.ContextStore]). A failed Append may take as long again to
// undo what it did, and one that is stored to remove what it replaces. If that fails too, the next
// Append does it, or Close. What a server inserts only after that is removed by an Append of the same
// exchanges, or by Close.
//
// # Crashes
//
// A lookup is one document. An Append is an insert, and then an update of the document of the tape
// with write concern "majority" and journaled, unless the URI has another one. If it fails, what it
// has inserted is deleted. If a process dies in the middle of one, the server has all of the batch
// or nothing. If the server dies, alone or with the process, it may have the beginning.
// Entry.Replace is done after the insert, so a crash in between leaves both. Parts of a body whose
// exchange never came are removed by the first Open an hour after the last of them. Before that they
// may belong to another process.
//
// If the connection of an Append breaks, the Append is tried again within Options.Timeout. What the
// server has already is neither lost nor stored twice.
//
// # Damage
//
// A key, a record and a part of a body each have a checksum (CRC-32C), which is compared when they
// are read. Damage, or a document that somebody changed, is a [store.FormatError], never another
// body. A document that somebody deleted is a miss.
//
// # Form
//
// This is schema 1, which each document of gracy_tape says. Any other is a FormatError.
//
//	gracy_tape      _id (its name), schema, recipe, last (the largest id), indexer, touched
//	gracy_exchange  _id (tape/id), tape, host, path, method, sum, status, started, keys, crc,
//	                data (the exchange as store.Exchange.MarshalBinary writes it), parts, batch;
//	                or _id, owner, touched: an exchange of which there are only parts yet
//	gracy_part      _id (tape/id/number), crc, data: 256 KiB of a response body of 1 MiB or more
//
// An id and a number are hexadecimal digits. The name of a tape in an _id has %25 and %2F for % and
// /. An exchange is found by the other fields, which people can query too:
//
//	db.gracy_exchange.find({tape: "payments"}, {data: 0}).sort({_id: -1}).limit(20)
//
// The first 40 digits of sum are the same for the same request, whoever makes it. A text that is
// longer than 200 bytes or not UTF-8 is cut and has a hash behind a #. There is no status if there
// was no response. The sum in data is the one that the exchange was appended with. That of the
// document is current.
//
// # What it will not do
//
// It deletes nothing by itself and makes no TTL index. It does not encrypt: anyone who may read the
// collections can read the tapes, in which the tape has masked what it knows to be secret. It puts
// no password into an error. A record longer than a document may be (16 MiB), as for a request with
// such a body, is an error of its batch.
package mongodb

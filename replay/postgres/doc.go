// Package postgres keeps tapes in a PostgreSQL database, for the machines of a team or of a fleet
// of workers that record and replay at once:
//
//	s, err := postgres.Open(ctx, os.Getenv("DATABASE_URL"), "payments", postgres.Options{})
//	...
//	tape, err := replay.New(s, replay.Options{})
//
// It is a module of its own because of its driver, github.com/jackc/pgx/v5. It needs PostgreSQL 12
// or later, and a database in UTF-8.
//
// # Tapes
//
// A database has any number of tapes. All are in the same five tables, each row with the number of
// its tape. gracy_tape has the names. To delete a tape, delete its rows:
//
//	DELETE FROM gracy_exchange WHERE tape = 7; -- and so on
//
// # Processes
//
// Any number may have a tape open, for writing too. Each transaction that writes takes an advisory
// lock of its tape (class 0x67726379), so batches are stored one after the other. Readers wait for
// none of them. An Append that waits longer than Options.Timeout returns [store.ErrLocked]. Reindex
// is one transaction too, so it locks out all writers until it is done: some 100 s for a million
// exchanges.
//
// Each process numbers its own exchanges. One whose number is taken gets the next free one. If that
// happens to an exchange with a body in parts, which is beyond 1 MiB, it is not recorded and the
// tape reports it. What two processes record of one request is a sequence, in the order in which
// the requests were started, by the clocks of their machines.
//
// All processes must use the same options (Match, redaction). If one indexes the tape anew with
// others, Append of the rest fails with store.ErrLocked, since what they record would never be
// found. If two open a new tape at the same moment, the second uses the key that the first has made
// for its hashes.
//
// # Time
//
// Each call takes Options.Timeout at most, which includes the wait for a connection. Its error then
// matches [context.DeadlineExceeded], and what the server was doing for it is canceled. A lookup with
// a context, such as that of a request, also ends with it ([store.ContextStore]). Close waits for
// the driver to close the connections. For one that has gone silent it waits 15 s.
//
// # Crashes
//
// A batch is stored whole or not at all. What Append has taken is kept if a process dies. If the
// server or its machine does, the server's settings decide (synchronous_commit, on by default). If
// a server restarts or a connection breaks, the call waits and tries again within Options.Timeout.
// A batch whose commit was sent and not confirmed is looked up before it is sent again, so it is
// neither lost nor stored twice. A Reindex whose connection breaks begins again, three times at most.
// A transaction that gets no statement for a second longer than Options.Timeout ends at the server,
// and gives back the lock of the tape. So does one whose connection shows no sign of life, within a
// few seconds more, if the server runs on a system that notices. Parts of a body whose exchange never
// came are removed by the first Open an hour after the last of them. Before that they may belong to
// another process.
//
// # Damage
//
// A key, a record and a part of a body each have a checksum (CRC-32C), which is compared when they
// are read. Damage, or a row that somebody changed, is a [store.FormatError], never another body. A
// row that somebody deleted is a miss.
//
// # Form
//
// This is schema 1, which gracy_meta says. Any other is a FormatError.
//
//	gracy_tape        tape, name, recipe, last (the largest id)
//	gracy_exchange    tape, id, method, host, path, status, started, sum, request, crc
//	gracy_record      tape, id, crc, data: the exchange as store.Exchange.MarshalBinary writes it
//	gracy_part        tape, id, number, crc, data: 256 KiB of a response body of 1 MiB or more
//	gracy_unfinished  tape, id, owner, touched: exchanges of which there are only parts yet
//
// An exchange is found by the columns of gracy_exchange, which people can query too:
//
//	SELECT started, method, host, path, status FROM gracy_exchange JOIN gracy_tape USING (tape)
//	WHERE name = 'payments' ORDER BY id DESC LIMIT 20;
//
// sum decides which requests are the same. Its first 20 bytes, request, are the same whoever makes
// the request. A text that is longer than 200 bytes or not UTF-8 is cut and has a hash behind a #.
// A status is NULL if there was no response. The sum in data is the one that the exchange was
// appended with. The one in gracy_exchange is current.
//
// # What it will not do
//
// It deletes nothing by itself. It does not encrypt: anyone who may read the tables can read the
// tapes, in which the tape has masked what it knows to be secret. It puts no password into an
// error.
package postgres

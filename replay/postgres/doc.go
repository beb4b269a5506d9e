// Package postgres keeps tapes in a PostgreSQL database, for the machines of a team or of a
// fleet of workers that record and replay at once:
//
//	s, err := postgres.Open(ctx, os.Getenv("DATABASE_URL"), "payments", postgres.Options{})
//	...
//	tape, err := replay.New(s, replay.Options{})
//
// It is a module of its own, for the sake of its driver, github.com/jackc/pgx/v5. It needs
// PostgreSQL 12 or later, and a database in UTF-8.
//
// # Tapes
//
// A database has any number of tapes. All are in the same five tables, each row with the number of
// its tape; gracy_tape has the names. To delete a tape, delete its rows:
//
//	DELETE FROM gracy_exchange WHERE tape = 7; -- and so on
//
// # Processes
//
// Any number may have a tape open, for writing too. Each transaction that writes has an advisory lock of its
// tape (class 0x67726379), so that batches are stored one after the other; readers wait
// for none of them. An Append that waits for longer than Options.Timeout returns
// [store.ErrLocked]. Reindex is one transaction, too, so that it locks out whoever writes until it
// is done: some 100 s for a million exchanges.
//
// Processes number their exchanges each for itself. One whose number is taken gets the next
// one that is free; a long body in parts, which is beyond 1 MiB, is not recorded then, and the
// tape reports it. What two record of one request is a sequence, in the order in which the
// requests were started, by the clocks of their machines.
//
// All have to use the same options (Match, redaction): if one indexes the tape anew by
// others, Append of the rest fails with store.ErrLocked, since what they record would never
// be found. Of two that open a new tape in the same moment, the second takes the key that the
// first has made for its hashes.
//
// # Time
//
// The methods of a store have no context. Each call takes Options.Timeout at most, which
// includes the wait for a connection: then its error matches [context.DeadlineExceeded]. What
// the server was doing for it is cancelled.
//
// # Crashes
//
// Of a batch all is there or nothing, and what Append has taken is kept if a process dies; if the server
// or its machine does, as its settings say (synchronous_commit, on by default). A server that
// is restarted, or a connection that breaks, is waited for and asked again within Options.Timeout. A
// batch whose commit was sent and not confirmed is looked up before it is sent again, so that
// it is neither lost nor stored twice. Parts of a body whose exchange never came are removed by the first
// Open an hour after the last of them: before that they may be another process's.
//
// # Damage
//
// A key, a record and a part of a body have a checksum (CRC-32C) each, which is compared when
// they are read. Damage, or a row that somebody changed, is a [store.FormatError], never
// another body; one that somebody deleted is a miss.
//
// # Form
//
// This is schema 1, which gracy_meta says. Another one is a FormatError.
//
//	gracy_tape        tape, name, recipe, last (the largest id)
//	gracy_exchange    tape, id, method, host, path, status, started, sum, request, crc
//	gracy_record      tape, id, crc, data: the exchange as store.Exchange.MarshalBinary writes it
//	gracy_part        tape, id, number, crc, data: 256 KiB of a response body of 1 MiB or more
//	gracy_unfinished  tape, id, owner, touched: exchanges of which there are only parts yet
//
// The columns of gracy_exchange are what it is found by, and for people:
//
//	SELECT started, method, host, path, status FROM gracy_exchange JOIN gracy_tape USING (tape)
//	WHERE name = 'payments' ORDER BY id DESC LIMIT 20;
//
// sum decides which requests are the same, its first 20 bytes, request, whoever makes them. A
// text beyond 200 bytes, or that is no UTF-8, is cut, and has a hash behind a #. A status
// is NULL where there was no response. The sum in data is the one that the exchange was
// appended with; the one in gracy_exchange holds.
//
// # What it will not do
//
// It deletes nothing by itself. It encrypts nothing: whoever may read the tables can read the
// tapes, of which a tape has masked what it knows to be secret. It puts no password into an error.
package postgres

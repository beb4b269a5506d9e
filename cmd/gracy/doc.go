// Command gracy inspects and maintains tapes, and lets programs in other languages use them.
//
//	gracy tape ls api.tape             a line for each exchange
//	gracy tape show api.tape 3         one exchange, whole
//	gracy tape diff old.json new.json  what differs
//	gracy tape serve api.tape          a loopback server that responds from the tape
//	gracy proxy api.tape               a proxy that records, retries and keeps within limits
//
// The name of a tape says what it is: .json is a text tape, .sqlite or .sqlite3 a SQLite file,
// postgres:NAME a tape in the database of DATABASE_URL, mongodb:NAME one in that of MONGODB_URI,
// and anything else a bbolt file. Commands that only look open it for reading.
//
// # Exit codes
//
//	0  it was done, and nothing was found
//	1  something was found: a difference, a secret, a drift
//	2  the command line is wrong
//	3  it failed: a file that is not a tape, a tape that is open elsewhere, a disk that is full
//
// What a command prints has no secrets but those that are on the tape, and no control characters
// but line breaks and tabs. With --json it is one JSON object a line, in which control characters
// are escaped.
package main

// Command gracy inspects and maintains tapes, and lets programs in other languages use
// them.
//
//	gracy tape ls api.tape             a line for each exchange
//	gracy tape show api.tape 3         one exchange, whole
//	gracy tape diff old.json new.json  what differs
//	gracy tape serve api.tape          a loopback server that responds from the tape
//	gracy proxy api.tape               a proxy that records, retries and keeps within limits
//
// A tape whose name ends in .json is a text tape, one in .sqlite or .sqlite3 is a SQLite file,
// and any other is a bbolt file. postgres:NAME is a tape in the database of DATABASE_URL, and
// mongodb:NAME one in that of MONGODB_URI. Commands that only read open the tape for reading.
//
// # Exit codes
//
//	0  it was done, and nothing was found
//	1  something was found: a difference, a secret, a drift
//	2  the command line is wrong
//	3  it failed: a file that is not a tape, a tape that is open elsewhere, a disk that is full
//
// The output has no secrets except those that are on the tape, and no control characters
// except line breaks and tabs. With --json it is JSON lines, in which they are escaped.
package main

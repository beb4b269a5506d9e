// Package offline has a test of code that uses an SDK of others, with its tape: as a
// user of package replaytest writes one. The tape was recorded from a server that responds
// as the API does;
//
//	GRACY_TAPE=record go test -run TestIssues
//
// would record it anew from the API. It is a package of its own since the tests around it
// have a flag -update, by which replaytest records.
package offline

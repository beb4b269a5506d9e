// Package offline has a test of code that uses a third-party SDK, with its tape, as a user of
// package replaytest writes it. The tape was recorded from a server that responds as the API does.
//
//	GRACY_TAPE=record go test -run TestIssues
//
// would record it again from the API. It is a package of its own since the tests around it have a
// flag -update, which also makes replaytest record.
package offline

// Package model tests stacks of layers against a simple model of what the documentation says. A
// seed makes a plan: a random stack in a random order, with foreign layers in between, a scripted
// server, and callers that cancel, upload and read in different ways. The plan runs on the clock of
// testing/synctest. What the server got and what the callers got is then compared with what docs
// and comments promise, and with the ledgers, metrics, log lines and slots. None of the checks looks
// at the code of a layer.
//
// A plan that breaks a promise is reduced to what the failure needs, and printed with its trace.
//
//	GRACY_MODEL=20000 go test ./internal/model                     # that many seeds
//	GRACY_MODEL=1 GRACY_MODEL_FROM=4711 go test ./internal/model   # the seed 4711 alone
//
// Of several thousand seeds one may fail because the model is too exact: about a hint that is obeyed and
// repeated, or a cancel at the moment of another failure. So a new failure is to be read first.
//
// Other stacks have third-party layers that are careless: they leave the losers of a hedge behind, or
// return both a response and an error. What their callers get is not modeled, but no slot and no body may
// be lost, and no call may wait forever.
//
// The package has no code but that of its tests.
package model

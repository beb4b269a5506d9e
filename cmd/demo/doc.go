// Command demo does the main job of gracy from end to end, offline and in well
// under a minute:
//
//	go run ./cmd/demo
//
// It starts a PokéAPI on loopback that counts its quota itself and breaks some
// of its answers, asks it for everything through the full stack, reports,
// explains one call, and then does the same job from the tape with the server
// stopped and the network denied. The figures at the end are the server's own.
//
// The exit code is 0 only if the server saw no violation of its quota, the
// results are complete, and those of the tape are the same bytes. With
// -without, a control run, it is 0 only if the run shows what is missing:
// violations, failures, traffic. 1 is any other outcome, 2 a flag that cannot
// be, 130 a run that was cut short.
//
// It is a demo and no load generator: it has no rate of its own to choose.
package main

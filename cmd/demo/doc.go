// Command demo does the main job of gracy from end to end, offline and in well under a minute:
//
//	go run ./cmd/demo
//
// It starts a PokéAPI on loopback that enforces a quota and breaks some of its
// responses. It fetches everything from it with the full stack, prints a report and shows
// one call in detail. Then it does the same job from the tape, with the server stopped and
// the network denied. The figures at the end are those of the server.
//
// With -listen 127.0.0.1:8080 it serves its figures live until Ctrl-C, as the page of
// package report and for Prometheus. With -html it writes that page to a file.
//
// The exit code is 0 only if the server counted no violation of its quota, the results
// are complete, and the results from the tape are identical. With -without, a control
// run, it is 0 only if the run shows the effect: violations, failures, network traffic. 1
// is any other outcome, 2 an invalid flag, and 130 an interrupted run.
//
// It is a demo and not a load generator: its rate cannot be chosen.
package main

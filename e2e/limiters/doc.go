// Package limiters runs the stack against rate limiters that others have written, each
// in a process of its own on a loopback port:
//
//	make e2e-limiters
//
// The limiters are npm packages and Go modules in the versions that
// testdata/node/package.json and testdata/goserver/go.mod pin. limiters.sh installs them
// into a temporary folder, whose name the tests get as GRACY_LIMITERS; without it they
// are skipped, so that nothing else needs a network or node.
//
// Each limiter counts by the address of its client, and each of 16 clients has an
// address of its own (127.0.x.y, which Linux has without further ado): eight phases of
// the second, with which a limiter that rounds or cuts off is met in all its ways, by two
// stacks each. What is counted is what the server has seen, before its limiter did. Time
// is real here, so a late request is reported and no failure unless by seconds; an early
// one is a failure, since no busy machine makes requests early.
package limiters

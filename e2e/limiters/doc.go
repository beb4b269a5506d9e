// Package limiters runs the stack against third-party rate limiters, each in a process of its own
// on a loopback port:
//
//	make e2e-limiters
//
// The limiters are npm packages and Go modules in the versions that testdata/node/package.json and
// testdata/goserver/go.mod pin. limiters.sh installs them into a temporary folder and passes its
// name to the tests as GRACY_LIMITERS. Without it they are skipped, so that nothing else needs a
// network or node.
//
// Each limiter counts by the address of its client. Each of 16 clients has an address of its own
// (127.0.x.y, which Linux has without setup). Two stacks each start in one of eight phases of the
// second, which covers all cases of a limiter that rounds or truncates. The figures are what the
// server sees before its limiter. Time is real here, so a request that is late is only reported,
// unless it is late by seconds. A request that is early is a failure, since no busy machine makes
// requests early.
package limiters

// Bench prints what the layers cost: processor time, wall time, bytes and
// allocations of a call over those of the bare base, beside a hand-made floor
// that does the same work and the best stack of libraries that can be put
// together for it.
//
//	make bench
//	cd bench && go run . -rounds 120 -run 'six|floor|assembled'
//
// All stacks are timed in one run, in turn and in a new order every round;
// each figure is the median over the rounds of a difference taken inside a
// round; "least" compares the slices that nobody disturbed. Trust ratios inside one table, not a nanosecond.
//
// Before anything is timed each stack must show that it does its work (duty.go).
// The program ends with 1 if it does not, and with -check if a red line is
// crossed (redline.go).
//
// What each file holds: exchange.go the base and the caller, ours.go the
// layers under test, floor.go the floor, peer.go the assembled stack, probe.go
// stacks that isolate one cost, admission.go limiters beside ours, stacks.go the list, rows.go the table's rows.
package main

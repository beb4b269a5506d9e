// Bench prints what the layers cost: processor time, wall time, bytes and
// allocations of a call over those of the bare base. It compares them with a
// baseline, which does the same work by hand in the least code, and with a stack
// assembled from the leanest libraries.
//
//	make bench
//	cd bench && go run . -rounds 120 -run 'six|baseline|assembled'
//
// All stacks are timed in one run, in turn and in a new order every round;
// each figure is the median over the rounds of a difference taken inside a
// round; p5 is the difference of the 5th percentiles, which are the slices that
// nothing else disturbed. Trust ratios inside one table, not a nanosecond.
//
// Before anything is timed each stack must pass the checks of its duties (duty.go).
// The program ends with 1 if it does not, and with -check if a red line is
// crossed (redline.go).
//
// "go run . instr" counts the instructions of a call over those of its base, under callgrind,
// and what it allocates: figures that a busy machine does not move. -by function says where
// they are, -base 9737447 has the layers of that commit beside these, -times 3 shows how far
// the counts are apart. -check fails where a row takes 5 % more than testdata/instr.txt says, after what baseline-6 takes more on the machine, or
// allocates anything else; -update writes that file. Without valgrind it says so and ends.
//
// "go run . loopback" sends real requests to a server in the same process, each stack right
// before or after the bare base, and "go run . processor" does so without a connection, both with controls that say when a machine is too busy to see anything.
//
// "go run . waiting" weighs requests that wait, under an http.Client, and times waiters of many keys.
//
// "go run . docs" runs twice what docs/performance.md and docs/replay.md name, and writes there what both runs print.
//
// "go run . tapes" measures tapes beside go-vcr, whose lines have a control each: what
// they are about, done wrong, which must cross the line. -most 1000000 has a tape of a
// million recordings; -base 9737447 measures our tapes beside those of that commit instead, which
// is beside itself too, as a control. "go run . import" imports a cassette of go-vcr in turn with go-vcr
// opening it; -n is how many recordings it has.
//
// The files: exchange.go has the base and the caller, ours.go the layers under
// test, chains.go further chains of them,
// baseline.go the baseline, fused.go the happy path by hand, assembled.go the assembled stack, probe.go stacks
// that isolate one cost, admission.go limiters alone, stacks.go the list of stacks,
// rows.go the rows of the table. Of instructions: instr.go has the command, builds.go what is
// built for it, spin.go what runs under callgrind, callgrind.go what it counts, guard.go the
// figures that are kept; of loopback:
// loopback.go and processor.go the commands, turns.go what is measured in turn, worker.go its processes, loop.go the server and the calls; contended.go and typed.go have
// stacks that are measured over the same by hand. Of what waits: waiting.go and waitingrun.go. docs.go
// writes the page, merge.go makes ranges of two runs. newer.go has what older.go has in another way for old commits. Of tapes: items.go has what is recorded, recorders.go what records, controls.go what
// does it wrong, tapes.go the run, taperecord.go, tapelookup.go, tapeopen.go and tapewait.go what is
// timed, tapeimport.go the command for imports, tapereport.go the lines; tapebase.go measures beside
// a commit, tapetask.go is what its workers do, tapebasereport.go what is printed of it.
package main

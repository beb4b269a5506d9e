// Bench prints what the layers cost: processor time, wall time, bytes and allocations of a call in
// excess of the bare base. It compares them with a baseline, which does the same work by hand in
// the least code, and with a stack assembled from the leanest libraries.
//
//	make bench
//	cd bench && go run . -rounds 120 -run 'six|baseline|assembled'
//
// All stacks are timed in one run, in turn and in a new order every round. Each figure is the
// median over the rounds of a difference taken inside a round. p5 is the difference of the 5th
// percentiles, which are the slices that nothing else disturbed. Trust ratios inside one table, not
// a nanosecond.
//
// Before anything is timed, each stack must pass the checks of its duties (duty.go). The program
// exits with 1 if a stack does not, and with -check also if a red line is crossed (redline.go).
//
// "go run . instr" counts the instructions of a call in excess of its base and the lines of code
// that it executes, under callgrind, and what it allocates. A busy machine does not change these
// figures. -by function says where the instructions are. -base 9737447 adds the layers of that
// commit to the table. -times 3 shows how far apart the counts are. -check fails if a row takes 5 %
// more than testdata/instr.txt says, apart from what baseline-6 takes more on the machine, or
// allocates anything else. -update writes that file. Without valgrind the command says so and
// exits.
//
// "go run . loopback" sends real requests to a server in the same process, each stack immediately
// before or after the bare base. "go run . processor" does so without a connection. Both have
// controls that say when a machine is too busy to show anything.
//
// "go run . waiting" measures the memory of requests that wait, under an http.Client, and the time
// of waiters of many keys.
//
// "go run . docs" runs each command that docs/performance.md and docs/replay.md name twice, and
// writes there what both runs print.
//
// "go run . tapes" measures tapes and compares them with go-vcr. Each of its lines has a control,
// which does wrong what the line is about and must cross it. -most 1000000 adds a tape of a million
// recordings. With -base 9737447 it instead compares our tapes with those of that commit, which as
// a control is also compared with itself. "go run . import" imports a cassette of go-vcr, in turn
// with go-vcr opening it. -n is the number of its recordings.
//
// The files: exchange.go has the base and the caller, ours.go the layers under test, chains.go
// further chains of them, baseline.go the baseline, fused.go the happy path by hand, assembled.go
// the assembled stack, probe.go stacks that isolate one cost, admission.go limiters alone,
// stacks.go the list of stacks, rows.go the rows of the table.
//
// About instructions: instr.go has the command, builds.go what is built for it, spin.go what runs
// under callgrind, callgrind.go what it counts, guard.go the figures that are kept. About loopback:
// loopback.go and processor.go have the commands, turns.go what is measured in turn, worker.go its
// processes, loop.go the server and the calls; contended.go and typed.go have stacks that are
// measured over the same by hand. About waiting requests: waiting.go and waitingrun.go. docs.go
// writes the pages, merge.go makes ranges of two runs. older.go replaces newer.go for old commits.
//
// About tapes: items.go has what is recorded, recorders.go what records, controls.go what does it
// wrong, tapes.go the run, taperecord.go, tapelookup.go, tapeopen.go and tapewait.go what is timed,
// tapeimport.go the command for imports, tapereport.go the lines. tapebase.go compares with a
// commit, tapetask.go has what its workers do, tapebasereport.go what it prints.
package main

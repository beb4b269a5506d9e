package main

import "fmt"

// A redLine is a bound of the design, and whether this run keeps it. Bounds are ratios inside the
// run and exact counts, since times depend on the machine.
type redLine struct {
	text string
	got  string // the measured value
	ok   bool   // whether the bound is kept
	time bool   // it is a bound of times, which vary, so -check does not fail if it is crossed
}

// Bounds of the whole chain.
const (
	callAllocs       = 1
	callBytes        = 512
	postAllocs       = 2 // a POST without a key is traced to know whether it was sent
	postBytes        = 928
	uploadAllocs     = 7 // its body is guarded, since its GetBody may not copy
	uploadBytes      = 1600
	aimOverBaseline  = 3.0 // six over baseline-6
	maxOverBaseline  = 4.0
	maxOverAssembled = 0.5 // six over assembled
)

// oneCall returns the stacks that may allocate nothing but the Call.
func oneCall() []string {
	return []string{
		oneNoop, "no-op x2", "no-op x7", "retry", "concurrency", "throttle", "throttle, 2 rules", "metrics",
		six, "six, route given", "six, 2 rules", "six, logging errors", "seven, an observer", "eight, two observers",
	}
}

// oneCallPOST returns the stacks that send a POST without an idempotency key.
func oneCallPOST() []string { return []string{"six, POST"} }

// identical returns the stacks of layers that are off, which must cost nothing.
func identical() []string { return []string{"logging off", "replay off", "both off"} }

// redLines returns the bounds whose stacks were measured.
func redLines(benches map[string]*bench) []redLine {
	var lines []redLine
	memory := func(base, name string, allocs, bytes float64) {
		f, ok := over(base, name, "").work(benches)
		if !ok {
			return
		}
		lines = append(lines, redLine{
			fmt.Sprintf("%s: allocations %.0f, %.0f B", name, allocs, bytes),
			fmt.Sprintf("%.0f, %.0f B", f.memory.allocs, f.memory.bytes),
			f.memory.allocs == allocs && f.memory.bytes == bytes, false,
		})
	}
	for _, n := range oneCall() {
		memory(bare, n, callAllocs, callBytes)
	}
	for _, n := range oneCallPOST() {
		memory(barePOST, n, postAllocs, postBytes)
	}
	memory(barePOST, "six, POST of an upload", uploadAllocs, uploadBytes)
	for _, n := range identical() {
		memory(bare, n, 0, 0)
	}

	ratio := func(name, base string, bound float64, note string) {
		a, okA := over(bare, name, "").work(benches)
		b, okB := over(bare, base, "").work(benches)
		if !okA || !okB || len(benches[name].cost[oneCore]) == 0 {
			return // not in this run, or not timed
		}
		for mode, where := range []string{"one core", "both cores"} {
			x, y := a.cost[mode].cpu.mid, b.cost[mode].cpu.mid
			lines = append(lines, redLine{
				fmt.Sprintf("%s at most %g x %s, processor, %s%s", name, bound, base, where, note),
				fmt.Sprintf("%.2f", x/y), y > 0 && x <= bound*y, true,
			})
		}
	}
	ratio(six, baselineSix, maxOverBaseline, fmt.Sprintf(" (aim %g)", aimOverBaseline))
	ratio(six, assembledSix, maxOverAssembled, "")
	return append(lines, admissionLines(benches)...)
}

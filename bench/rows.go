package main

import "slices"

// A row is a line of the table: the times of some stacks minus those of others.
type row struct {
	text  string
	plus  []string
	minus []string
	parts float64 // the divisor of the difference; 0 means 1
	aim   float64 // the target of processor ns on the machine of docs/performance.md; 0 means none
}

type section struct {
	title string
	rows  []row
}

// over returns the row of one stack over another.
func over(base, name, text string) row {
	return row{text: text, plus: []string{name}, minus: []string{base}}
}

// layerRow returns the row of one layer in place of the no-op layer.
func layerRow(name, text string, aim float64) row {
	r := over(oneNoop, name, text)
	r.aim = aim
	return r
}

func sections() []section {
	first := over(bare, oneNoop, "first layer: the Call, its ledger, one copy of the request")
	first.aim = 350
	return []section{
		{"Whole chains, over the bare base", []row{
			over(bare, six, "**six**: metrics, logging off, retry, replay off, concurrency, throttle"),
			over(bare, "six, route given", "six, route given in the context, as parse does"),
			over(bare, "six, 2 rules", "six, throttle with two rules"),
			over(bare, "six, logging errors", "six, logging failures (none here)"),
			over(bare, "seven, an observer", "seven: an observer of everything on top"),
			over(bare, "eight, two observers", "eight: two of them"),
			over(bare, "six and timeouts", "eight: six, total and idle timeout, attempt timeout"),
			over(bare, chain, "**chain** of the README, with a logger that has nothing to say"),
			over(bareIDs, "chain, new ids", "chain, new ids in the path, over the bare base with such"),
			over(bare, chainTimed, "chain, total and idle timeout, attempt timeout"),
			over(bareClient, "six, http.Client", "six in an http.Client, over a bare http.Client"),
			over(barePOST, "six, POST", "six, POST of 64 B with GetBody, over a bare POST"),
			over(barePOST, "six, POST of an upload", "the same with a body of a type of its own"),
			over(bare, baselineSix, "**baseline-6**: the same work by hand, least code"),
			over(barePOST, baselinePOST, "baseline-6, POST"),
			over(bare, fused, "**baseline-fused**: the happy path of chain by hand, with a Call"),
			over(bare, assembledSix, "**assembled**: promhttp, slog off, rehttp, x/sync/semaphore, x/time/rate"),
			over(bare, "assembled, to body end", "assembled, slot held to the body's end"),
			over(barePOST, assembledPOST, "assembled, POST"),
			over(bare, "obvious-6", "six layers that do nothing but put a value into the context"),
		}},
		{"One layer alone, over the bare base", []row{
			over(bare, "logging off", "logging off"),
			over(bare, "replay off", "replay off"),
			over(bare, "both off", "logging off, replay off"),
			first,
			over(bare, "no-op x2", "two no-op layers"),
			over(bare, "no-op x7", "seven no-op layers"),
			over(bare, "retry", "retry"),
			over(bare, "concurrency", "concurrency"),
			over(bare, "throttle", "throttle, one rule"),
			over(bare, "throttle, 2 rules", "throttle, two rules"),
			over(bare, "metrics", "metrics"),
		}},
		{"What a further layer adds, over the no-op layer", []row{
			layerRow("no-op, logging off", "logging off", 5),
			layerRow("no-op, replay off", "replay off", 5),
			layerRow("no-op x2", "a no-op layer", 0),
			layerRow("no-op, logging errors", "logging failures (none here)", 0),
			layerRow("retry", "retry", 30),
			layerRow("concurrency", "concurrency, slot to the body's end", 80),
			layerRow("throttle", "throttle, one rule", 75),
			layerRow("throttle, 2 rules", "throttle, two rules", 95),
			layerRow("metrics", "metrics", 100),
		}},
		{"Timeouts", []row{
			layerRow("total timeout", "timeout.New, total; over the no-op layer", 0),
			layerRow("total and idle timeout", "timeout.New, total and idle; over the no-op layer", 0),
			layerRow("attempt timeout", "timeout.PerAttempt; over the no-op layer", 0),
			over(bare, "timeout by hand", "by hand: context.WithTimeout, Request.WithContext, cancel at Close"),
			over(bareClient, "http.Client.Timeout", "http.Client.Timeout, over the same client without"),
		}},
		{"Events and attempts", []row{
			{text: "an event without an observer", plus: []string{"ten events"}, minus: []string{oneNoop}, parts: 10, aim: 3},
			{text: "an event, one observer", plus: []string{"an observer, ten events"}, minus: []string{"an observer"}, parts: 10, aim: 15},
			{text: "an event, two observers", plus: []string{"two observers, ten events"}, minus: []string{"two observers"}, parts: 10, aim: 30},
			{
				text: "a further attempt at once, the base's part subtracted",
				plus: []string{"retry, 503 and 200", bare}, minus: []string{bareTwice, "retry"},
			},
			{
				text: "a further attempt after 1 ns on a timer",
				plus: []string{"retry, 503, timer, 200", bare}, minus: []string{bareTwice, "retry"},
			},
		}},
		admissionSection(),
	}
}

// inSections reports whether a stack is in one of the sections. The others are only for instr.
func inSections(name string) bool {
	for _, s := range sections() {
		for _, r := range s.rows {
			if slices.Contains(r.plus, name) || slices.Contains(r.minus, name) {
				return true
			}
		}
	}
	return false
}

// figures are the results of a row.
type figures struct {
	cost      [modes]struct{ cpu, wall quartiles }
	p5        float64 // processor ns on one core: the difference of the 5th percentiles
	memory    memory
	bothCores bool // whether it was measured on both cores
}

// work computes a row. It reports false if one of its stacks was not measured.
func (r row) work(benches map[string]*bench) (figures, bool) {
	var f figures
	f.bothCores = true
	parts := r.parts
	if parts == 0 {
		parts = 1
	}
	for _, n := range slices.Concat(r.plus, r.minus) {
		b := benches[n]
		if b == nil {
			return f, false
		}
		f.bothCores = f.bothCores && !b.alone
	}
	for mode := range modes {
		if mode == bothCores && !f.bothCores {
			continue
		}
		var cpu, wall []float64
		for i := range benches[r.plus[0]].cost[mode] {
			var d sample
			for _, n := range r.plus {
				d = d.plus(benches[n].cost[mode][i], 1/parts)
			}
			for _, n := range r.minus {
				d = d.plus(benches[n].cost[mode][i], -1/parts)
			}
			cpu, wall = append(cpu, d.cpu), append(wall, d.wall)
		}
		f.cost[mode].cpu, f.cost[mode].wall = quartilesOf(cpu), quartilesOf(wall)
	}
	for _, n := range r.plus {
		f.p5 += fifthPercentile(pick(benches[n].cost[oneCore], cpuOf)) / parts
		f.memory.bytes += benches[n].memory.bytes / parts
		f.memory.allocs += benches[n].memory.allocs / parts
	}
	for _, n := range r.minus {
		f.p5 -= fifthPercentile(pick(benches[n].cost[oneCore], cpuOf)) / parts
		f.memory.bytes -= benches[n].memory.bytes / parts
		f.memory.allocs -= benches[n].memory.allocs / parts
	}
	return f, true
}

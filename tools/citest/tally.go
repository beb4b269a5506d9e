package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// An event is one line of `go test -json`, as `go doc test2json` describes it.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// A skip is a test that did not run to its end, and the reason that it printed.
type skip struct {
	name   string // import path, space, test
	reason string
}

// A tally counts tests. It keeps the output of a test until it fails or passes.
type tally struct {
	out            io.Writer
	passed, failed int
	skips          []skip
	output         map[string]map[string][]string // package, test, lines
	failedTests    map[string]int                 // package, tests
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, output: map[string]map[string][]string{}, failedTests: map[string]int{}}
}

// read counts the events of one go test run. It prints a line that is not JSON.
func (t *tally) read(events io.Reader) error {
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				fmt.Fprint(t.out, line)
			} else {
				t.add(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// add counts one event.
func (t *tally) add(e event) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "output":
		tests := t.output[e.Package]
		if tests == nil {
			tests = map[string][]string{}
			t.output[e.Package] = tests
		}
		tests[e.Test] = append(tests[e.Test], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(e)
		}
	}
}

// endTest counts a test, and prints the output of one that failed.
func (t *tally) endTest(e event) {
	lines := t.output[e.Package][e.Test]
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
		t.failedTests[e.Package]++
		fmt.Fprint(t.out, strings.Join(lines, ""))
	case "skip":
		t.skips = append(t.skips, skip{name: e.Package + " " + e.Test, reason: reason(lines)})
	}
	delete(t.output[e.Package], e.Test)
}

// endPackage prints the line that go test prints for a package, "ok" or "?". For a failed package
// it prints all output that was kept.
func (t *tally) endPackage(e event) {
	own := t.output[e.Package][""]
	if e.Action != "fail" {
		for _, line := range own {
			if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "? ") {
				fmt.Fprint(t.out, line)
			}
		}
		delete(t.output, e.Package)
		return
	}
	if t.failedTests[e.Package] == 0 {
		// It did not build, or it ended before a test could fail.
		t.failed++
	}
	delete(t.output[e.Package], "")
	for _, test := range slices.Sorted(maps.Keys(t.output[e.Package])) {
		fmt.Fprint(t.out, strings.Join(t.output[e.Package][test], ""))
	}
	fmt.Fprint(t.out, strings.Join(own, ""))
	delete(t.output, e.Package)
}

// close prints the skips and the sum, and returns the exit code.
func (t *tally) close(allowed []allowance) int {
	code := 0
	for _, s := range t.skips {
		why, ok := match(allowed, s.name)
		if ok {
			fmt.Fprintf(t.out, "skipped, allowed (%s): %s: %s\n", why, s.name, s.reason)
			continue
		}
		code = 1
		fmt.Fprintf(t.out, "skipped, NOT allowed: %s: %s\n", s.name, s.reason)
	}
	if t.failed > 0 {
		code = 1
	}
	if t.passed+t.failed == 0 {
		fmt.Fprintln(t.out, "citest: no test ran")
		code = 1
	}
	fmt.Fprintf(t.out, "%d passed, %d failed, %d skipped\n", t.passed, t.failed, len(t.skips))
	return code
}

// reason returns what a skipped test printed, without the lines of go test.
func reason(lines []string) string {
	var printed []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		printed = append(printed, line)
	}
	if len(printed) == 0 {
		return "no reason given"
	}
	return strings.Join(printed, " ")
}

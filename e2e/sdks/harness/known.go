package harness

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// table is the file of the statements that do not hold yet, a line each:
//
//	statement, SDK, case: figure # reason
//
// The figure is the largest that is accepted.
const table = "testdata/known.txt"

var update = flag.Bool("update", false, "take what holds out of "+table+", and write what was seen and docs/sdks.md")

// known has the lines of the table and what happened to them.
var known struct {
	mu    sync.Mutex // mu guards the fields below.
	lines map[string]*miss
}

type miss struct {
	key    string
	figure int
	reason string
	met    bool // it was looked up
	worst  int  // the largest bad figure that was seen
	mended bool // no bad figure was seen
}

// readKnown reads the table.
func readKnown() (map[string]*miss, error) {
	lines := map[string]*miss{}
	text, err := os.ReadFile(table)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rule, reason, ok := strings.Cut(line, " # ")
		key, figure, found := strings.Cut(rule, ": ")
		m := &miss{key: key, reason: reason}
		if _, err := fmt.Sscan(figure, &m.figure); err != nil || !ok || !found {
			return nil, fmt.Errorf("%s: %q is no line", table, line)
		}
		lines[key] = m
	}
	return lines, nil
}

// check records the result of a statement. figure is what was measured, good is whether the
// statement holds, and goal is what was wanted. A statement that does not hold must be in the
// table, and one that holds must not.
func check(t *testing.T, statement string, sdk *SDK, what string, figure int, good bool, goal string) {
	t.Helper()
	known.mu.Lock()
	defer known.mu.Unlock()
	key := fmt.Sprintf("%s, %s, %s", statement, sdk.Name, what)
	m := known.lines[key]
	if fault := m.judge(figure, good, *update); fault != "" {
		t.Errorf("%s: %d, want %s%s", key, figure, goal, fault)
	}
	if m != nil && !good {
		t.Logf("known: %d, want %s: %s", figure, goal, m.reason)
	}
}

// reason returns why something fails, according to the table.
func reason(statement string, sdk *SDK, what string) string {
	known.mu.Lock()
	defer known.mu.Unlock()
	if m := known.lines[fmt.Sprintf("%s, %s, %s", statement, sdk.Name, what)]; m != nil {
		return m.reason
	}
	return "not replayed"
}

// judge records the result of a statement and returns what is wrong with it: " " if a statement
// without a line does not hold, "" if nothing is wrong.
func (m *miss) judge(figure int, good, updating bool) string {
	switch {
	case m == nil && good:
	case m == nil:
		return " "
	case good:
		m.met = true
		m.mended = m.worst == 0
		if !updating {
			return ", which holds now: take it out of " + table + ", as -update does"
		}
	default:
		m.met, m.mended = true, false
		m.worst = max(m.worst, figure)
		if figure > m.figure {
			return fmt.Sprintf(", at most the %d of %s", m.figure, table)
		}
	}
	return ""
}

// Main runs the tests of the SDKs of a module, all at once because they mostly wait for servers.
// Then it compares what they saw with the files: the table of what does not hold, and the parts of
// the document that belong to the module.
func Main(m *testing.M, doc, name string, sdks []*SDK) int {
	flag.Parse()
	if err := flag.Set("test.parallel", "64"); err != nil {
		fmt.Println(err)
		return 2
	}
	lines, err := readKnown()
	if err != nil {
		fmt.Println(err)
		return 2
	}
	known.lines = lines
	code := m.Run()
	whole := code == 0 && !testing.Short() && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
	if whole {
		if err := checkSeen(doc, name, sdks); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	if *update {
		if err := writeKnown(); err != nil {
			fmt.Println(err)
			return 2
		}
	} else if whole {
		for _, key := range slices.Sorted(maps.Keys(lines)) {
			if !lines[key].met {
				fmt.Printf("%s: no test asks for %q: take it out\n", table, key)
				code = 1
			}
		}
	}
	if len(lines) > 0 {
		fmt.Printf("%d lines in %s do not hold yet\n", len(lines), table)
	}
	return code
}

// writeKnown writes the table without the statements that hold, and with the measured figures.
func writeKnown() error {
	text, err := os.ReadFile(table)
	if err != nil {
		return nil //nolint:nilerr // without a table there is nothing to remove
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		key, _, _ := strings.Cut(line, ": ")
		m := known.lines[key]
		switch {
		case m == nil || !m.met:
			out.WriteString(line)
		case m.mended:
		default:
			fmt.Fprintf(&out, "%s: %d # %s\n", m.key, min(m.figure, m.worst), m.reason)
		}
	}
	return os.WriteFile(table, []byte(out.String()), 0o644) //nolint:gosec // a file of the repository
}

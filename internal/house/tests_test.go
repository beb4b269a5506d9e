package house

import (
	"go/ast"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// testedElsewhere returns the files without a test file of their name, and the file in the same
// folder that tests them.
func testedElsewhere() map[string]string {
	return map[string]string{
		"throttle/internal/storetest/storetest.go":   "throttle/memorystore_test.go", // FixedWindow is compared with memorystore
		"replay/internal/tapetest/memory.go":         "tapetest_test.go",             // the suite for storages
		"replay/internal/tapetest/mount_linux.go":    "mount_test.go",                // its name would bind the test to the system
		"replay/mongodb/read.go":                     "shared_test.go",               // the suite for storages that are shared
		"replay/postgres/batch.go":                   "shared_test.go",               // as above
		"replay/postgres/parts.go":                   "shared_test.go",
		"replay/postgres/read.go":                    "shared_test.go",
		"replay/sqlite/parts.go":                     "shared_test.go",
		"replay/sqlite/read.go":                      "shared_test.go",
		"auth/source.go":                             "auth_test.go", // no verb prints a token
		"concurrency/class.go":                       "queue_test.go",
		"internal/route/secret.go":                   "segment_test.go", // one table for all that a segment may be
		"internal/route/shape.go":                    "segment_test.go",
		"parse/decodeerror.go":                       "decode_test.go", // the text beside each body
		"parse/run.go":                               "check_test.go",
		"redact/query.go":                            "url_test.go",
		"redact/words.go":                            "text_test.go",
		"replay/store/internal/file/lock_unix.go":    "lock_test.go",     // its name would bind the test to the system
		"replay/store/internal/file/lock_windows.go": "lock_test.go",     // as above
		"report/terminal_unix.go":                    "terminal_test.go", // its name would bind the test to the system
		"internal/growth/processor_linux.go":         "growth_test.go",   // its name would bind the test to the system
		"internal/growth/processor_unix.go":          "growth_test.go",
		"redact/edits.go":                            "planted_test.go",
		"redact/graphql.go":                          "planted_test.go",
		"redact/jsontext.go":                         "body_test.go",
		"redact/markup.go":                           "planted_test.go",
	}
}

// together is a group of files that one test tests as a whole.
type together struct {
	files  string // what their paths begin with
	test   string // in the same folder, or its path
	reason string
}

func testedTogether() []together {
	return []together{
		{"throttle/internal/admission/", "property_test.go", "a million steps check every promise of the core, and each mutation breaks one"},
		{"replay/internal/kinds/", "kinds_test.go", "the tests of tapes and of storages use all of it; a transport that changes a response is noticed"},
		{"replay/internal/sharedtest/", "replay/sqlite/shared_test.go", "a case is a test; broken storages prove that each can fail"},
		{"replay/storetest/", "run_test.go", "a case is a test; broken storages prove that each can fail"},
		{"transport/roundtriptest/case_", "mutants_test.go", "a case is a test; the mutants prove that each can fail"},
	}
}

// groupOf returns the group of a file, if there is one.
func groupOf(path string) (together, bool) {
	for _, g := range testedTogether() {
		if strings.HasPrefix(path, g.files) {
			return g, true
		}
	}
	return together{}, false
}

// TestEveryFileHasItsTest checks files that decide something: those with a branch or a loop. A file
// of types, or of one-line methods, needs no test.
func TestEveryFileHasItsTest(t *testing.T) {
	have := map[string]bool{}
	for _, s := range sources(t) {
		have[s.path] = true
	}
	elsewhere := testedElsewhere()
	grouped := map[string]int{}
	for _, s := range sources(t) {
		if !library(s) || strings.HasPrefix(s.path, "bench/") || strings.HasPrefix(s.path, "e2e/") || !decides(s.file) {
			continue
		}
		own := strings.TrimSuffix(s.path, ".go") + "_test.go"
		other, named := elsewhere[s.path]
		delete(elsewhere, s.path)
		if group, ok := groupOf(s.path); ok && !named && !have[own] {
			other, named = group.test, true
			grouped[group.files]++
		}
		switch {
		case have[own] && named:
			t.Errorf("%s has a test of its name: take it out of testedElsewhere", s.path)
		case have[own]:
		case !named:
			t.Errorf("%s has no %s: write it, or name the file that tests it in testedElsewhere", s.path, path.Base(own))
		case !have[path.Join(s.dir(), other)] && !have[other]:
			t.Errorf("%s is said to be tested in %s, which does not exist", s.path, other)
		}
	}
	for _, gone := range slices.Sorted(maps.Keys(elsewhere)) {
		t.Errorf("testedElsewhere names %s, which needs no test or does not exist", gone)
	}
	for _, g := range testedTogether() {
		if grouped[g.files] < 2 || g.reason == "" {
			t.Errorf("testedTogether has %s for %d files, with the reason %q: a group has two or more and a reason", g.files, grouped[g.files], g.reason)
		}
	}
}

// decides reports whether a file has a branch or a loop.
func decides(f *ast.File) (yes bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			yes = true
		}
		return !yes
	})
	return yes
}

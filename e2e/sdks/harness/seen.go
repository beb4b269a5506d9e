package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
)

// facts is the file of what the tests saw, by SDK and figure. docs/sdks.md is generated from it.
const facts = "testdata/seen.json"

// seen is what the tests of this run saw.
var seen struct {
	mu  sync.Mutex // mu guards all.
	all map[string]map[string]string
}

// note records what a test saw of an SDK, for [facts] and docs/sdks.md.
func note(sdk *SDK, figure, value string) { noteUnless(sdk, figure, value, value) }

// noteUnless records what a test saw of an SDK, unless the value not has been recorded already.
func noteUnless(sdk *SDK, figure, value, not string) {
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.all == nil {
		seen.all = map[string]map[string]string{}
	}
	if seen.all[sdk.Name] == nil {
		seen.all[sdk.Name] = map[string]string{}
	}
	if was, ok := seen.all[sdk.Name][figure]; !ok || was != not {
		seen.all[sdk.Name][figure] = value
	}
}

// checkSeen compares what was seen, and the document generated from it, with the files, or with
// -update writes them.
func checkSeen(doc, name string, sdks []*SDK) error {
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if *update {
		text, err := json.MarshalIndent(seen.all, "", "\t")
		if err != nil {
			return err
		}
		if err := os.WriteFile(facts, append(text, '\n'), 0o644); err != nil { //nolint:gosec // a file of the repository
			return err
		}
		return section(doc, name, sdks, seen.all, true)
	}
	was, err := readSeen(facts)
	if err != nil {
		return err
	}
	var all []error
	for _, name := range slices.Sorted(maps.Keys(seen.all)) {
		got := seen.all[name]
		for _, figure := range slices.Sorted(maps.Keys(got)) {
			if w := was[name][figure]; w != got[figure] {
				all = append(all, fmt.Errorf("%s, %s: seen %q, %s has %q: write it anew with -update", name, figure, got[figure], facts, w))
			}
		}
	}
	return errors.Join(append(all, section(doc, name, sdks, was, false))...)
}

// readSeen reads what the tests of a module saw.
func readSeen(path string) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	text, err := os.ReadFile(path) //nolint:gosec // a file of the repository
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(text, &all)
}

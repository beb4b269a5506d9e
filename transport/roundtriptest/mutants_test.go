package roundtriptest

import (
	"go/build"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
)

func mutants() []mutant {
	return slices.Concat(requestMutants(), uploadMutants(), responseMutants(), bodyMutants(), discardMutants(), contextMutants(), errorMutants(), stateMutants(), stackMutants())
}

// breaks runs one case over a mutant and returns its breaches, which do not make t fail. It
// runs without the concurrent reader, which would make t fail under -race: see
// TestAWriteToTheRequestIsADataRace.
func breaks(t *testing.T, m mutant, c testCase) []string {
	t.Helper()
	wrap := m.wrap
	if wrap == nil {
		wrap = perCase(m.bug)
	}
	return c.execute(t, &probe{wrap: wrap, allow: m.except, patience: 100 * time.Millisecond})
}

// TestMutants runs the suite over broken decorators. Each must fail the cases that it names, each
// case must be failed by a mutant, and docs/contract.md must list which fails which. The cases that
// a mutant does not name are only for the numbers on that page. They run among the long tests, and
// when the page is written.
func TestMutants(t *testing.T) {
	caught := map[string][]string{} // bug to cases
	proved := map[string]bool{}
	others := (long.Wanted() || os.Getenv("GRACY_UPDATE") == "1") && !testing.Short()
	for _, m := range mutants() {
		t.Run(strings.ReplaceAll(m.bug, " ", "-"), func(t *testing.T) {
			must := strings.Fields(m.must)
			// Since Go 1.27 net/http saves the connection of a body that is closed unread.
			if m.bug == "closes discarded bodies unread" && slices.Contains(build.Default.ReleaseTags, "go1.27") {
				must = nil
			}
			if m.races && race.Enabled {
				for _, name := range must {
					proved[name] = true
				}
				t.Skip("its bug is a data race")
			}
			for _, name := range must {
				if !known(name) {
					t.Errorf("no case is named %q", name)
				}
			}
			for _, c := range cases() {
				if (exceptions{allow: m.except}).contradicts(c) != "" {
					continue
				}
				if c.after != "" && slices.Contains(caught[m.bug], c.after) {
					continue
				}
				named := slices.Contains(must, c.name)
				if !named && (c.socket || !others) {
					continue // which other cases notice depends on timing there
				}
				found := breaks(t, m, c)
				if named && len(found) == 0 {
					t.Errorf("%s does not notice the bug", c.name)
				}
				if len(found) > 0 {
					proved[c.name] = true
					caught[m.bug] = append(caught[m.bug], c.name)
					if named && testing.Verbose() {
						t.Logf("%s: %.200s", c.name, found[0])
					}
				}
			}
		})
	}
	for name := range Cases() {
		if !proved[name] && name != "request-read-concurrently" {
			t.Errorf("no mutant fails %s: can it fail at all?", name)
		}
	}
	if !race.Enabled && !testing.Short() && !t.Failed() && len(caught) == len(mutants()) { // not under -run
		comparePage(t, caught)
	}
}

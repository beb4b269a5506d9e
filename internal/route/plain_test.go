package route

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// A pattern that the fast path accepts is well formed and has the same path. Some that it leaves to
// the slow path are well formed too.
func TestAPlainPatternIsWellFormed(t *testing.T) {
	parts := []string{"GET ", "get ", "/", "a", "{x}", "{x...}", "{y}", "{$}", ".", "..", "%20", "{", "}", "{}", "{1}", "é", " ", "\t", "?", "host", ":80", "_", "A7", "{x_1}", "{...}", "...", "GE T"}
	rng := rand.New(rand.NewPCG(1, 1))
	plain, wellFormed := 0, 0
	for range 200_000 {
		var b strings.Builder
		for range 1 + rng.IntN(7) {
			if rng.IntN(2) == 0 {
				b.WriteByte('/')
			}
			b.WriteString(parts[rng.IntN(len(parts))])
		}
		_, _, want, err := Split(b.String())
		if err == nil {
			wellFormed++
		}
		path, ok := plainPath(b.String())
		if !ok {
			continue
		}
		plain++
		if err != nil || path != want {
			t.Fatalf("%q: the short way returns %q, the long one %q, %v", b.String(), path, want, err)
		}
	}
	if plain < 1000 || plain == wellFormed {
		t.Errorf("control run: %d plain patterns of %d well formed ones", plain, wellFormed)
	}
}

func TestThePathOfAPlainPatternCostsNoAllocation(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for pattern, want := range map[string]float64{"GET /repos/{owner}/{repo}/issues/{number}": 0, "/files/{path...}": 0, "/tree/": 0} {
		if n := testing.AllocsPerRun(100, func() { _, _ = Path(pattern) }); n != want {
			t.Errorf("%s: %v allocations", pattern, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = Path("/jobs/{id}:run") }); n == 0 {
		t.Error("control run: a pattern that is not plain costs nothing")
	}
	if _, err := Path("GET no-slash"); err == nil {
		t.Error("a malformed pattern is no error")
	}
}

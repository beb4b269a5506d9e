package fault

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestInvalidArgumentsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"status":   func() { Status(103) },
		"status 6": func() { Status(600) },
		"pairs":    func() { Status(503, "Retry-After") }, //nolint:staticcheck // an odd number is what is tested
		"redirect": func() { Redirect(304, "/") },
		"no codes": func() { Informational() },
		"101":      func() { Informational(101) },
		"200":      func() { Informational(200) },
		"slow":     func() { Slow(0) },
		"drip":     func() { Drip(-1) },
		"reset":    func() { ResetAfter(-1) },
		"truncate": func() { Truncate(-1) },
		"lie 0":    func() { Lie(0) },
		"nil":      func() { Handler(nil, Plan{}) },
		"nil 2":    func() { _, _ = Start(nil) },
		"chance":   func() { Handler(text(""), Plan{Mix: []Chance{{P: -0.1}}}) },
		"nan":      func() { Handler(text(""), Plan{Mix: []Chance{{P: math.NaN()}}}) },
		"sum":      func() { Handler(text(""), Plan{Mix: []Chance{{P: 0.6}, {P: 0.6}}}) },
		"keys":     func() { Handler(text(""), Plan{MaxKeys: -1}) },
		"route":    func() { Handler(text(""), Plan{Scripts: []Script{{Route: "GET {"}}}) },
		"conflict": func() { NewLog(0, "/a/{x}", "/{y}/b") },
		"quota":    func() { NewQuota(Limit{N: 0, Per: time.Second}) },
		"per":      func() { NewQuota(Limit{N: 1}) },
	} {
		if p, ok := rttest.PanicOf(f).(string); !ok || !strings.HasPrefix(p, "fault: ") {
			t.Errorf("%s: panic %q", name, p)
		}
	}
}

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range []Fault{
		Pass(), Status(503), Redirect(302, ""), Informational(103), Upgrade(), Slow(time.Second), Hang(), Reset(),
		ResetAfter(3), Truncate(3), Lie(-3), Drip(time.Second), Endless(), Empty(), Garbage(),
	} {
		if s := f.String(); s == "" || seen[s] || !strings.HasPrefix(s, f.Kind().String()) {
			t.Errorf("%q for %v", s, f.Kind())
		}
		seen[f.String()] = true
	}
	if len(seen) != int(kinds) {
		t.Errorf("%d names for %d kinds", len(seen), kinds)
	}
	if got := Kind(200).String(); got != "kind(200)" {
		t.Errorf("unknown kind is %q", got)
	}
}

package throttle

import (
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-limiter/noopstore"
)

func panics(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text, _ = v.(string)
		}
	}()
	f()
	return ""
}

func TestNewPanicsOnNonsense(t *testing.T) {
	store, err := noopstore.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Config{
		"no limit":       {Rules: []Rule{{}}},
		"negative limit": {Rules: []Rule{{Limit: -1}}},
		"negative per":   {Rules: []Rule{{Limit: 1, Per: -1}}},
		"endless per":    {Rules: []Rule{{Limit: 1, Per: 1 << 62}}},
		"mode":           {Rules: []Rule{{Limit: 1, Mode: 9}}},
		"margin":         {Rules: []Rule{{Limit: 1, Margin: -2}}},
		"queue":          {Rules: []Rule{{Limit: 1, MaxQueue: -2}}},
		"wait":           {Rules: []Rule{{Limit: 1, MaxWait: -2}}},
		"URL":            {Rules: []Rule{{Limit: 1, URL: "("}}},
		"route":          {Rules: []Rule{{Limit: 1, Route: "nowhere"}}},
		"idle store":     {Rules: []Rule{{Limit: 1, Mode: Unlimited, Store: store}}},
		"scope":          {Pause: Pause{Scope: 9}},
		"pause":          {Pause: Pause{Max: -2}},
		"fixed":          {Pause: Pause{Fixed: -1}},
		"pause queue":    {Pause: Pause{MaxQueue: -2}},
		"endless pause":  {Pause: Pause{Max: 1 << 62}},
		"fixed and max":  {Pause: Pause{Fixed: 2, Max: 1}},
		"fixed on 200":   {Pause: Pause{FixedOn: []int{429, 200}}},
		"fixed on 1000":  {Pause: Pause{FixedOn: []int{1000}}},
		"negative burst": {Rules: []Rule{{Limit: 2, Mode: Paced, Burst: -1}}},
		"burst":          {Rules: []Rule{{Limit: 2, Mode: Paced, Burst: 3}}},
		"burst of what":  {Rules: []Rule{{Limit: 2, Burst: 1}}},
	} {
		if got := panics(func() { NewLimiter(c) }); !strings.HasPrefix(got, "throttle: ") {
			t.Errorf("%s: panic %q", name, got)
		}
	}
}

func TestDefaults(t *testing.T) {
	r := New(Rule{Limit: 1}, Rule{Limit: 1, Per: 24 * time.Hour}, Rule{Limit: 1, Margin: NoMargin}).Rules()
	if r[0].Per != time.Second || r[0].Margin != 20*time.Millisecond || r[1].Margin != 50*time.Millisecond || r[2].Margin != NoMargin {
		t.Errorf("rules %+v", r)
	}
}

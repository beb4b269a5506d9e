package throttle

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-limiter/noopstore"
)

func TestRuleText(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{Rule{Limit: 2}, "2 requests per second"},
		{Rule{Limit: 1, Per: time.Second}, "1 request per second"},
		{Rule{Limit: 10, Per: 500 * time.Millisecond}, "10 requests per 500 milliseconds"},
		{Rule{Limit: 10, Per: time.Millisecond}, "10 requests per millisecond"},
		{Rule{Limit: 10, Per: 1500 * time.Millisecond}, "10 requests per 1500 milliseconds"},
		{Rule{Limit: 10, Per: 90 * time.Second, URL: "/pokemon/"}, "10 requests per 90 seconds for URLs matching /pokemon/"},
		{Rule{Limit: 5, Per: 61 * time.Second}, "5 requests per 61 seconds"},
		{Rule{Limit: 5, Per: time.Minute}, "5 requests per minute"},
		{Rule{Limit: 5, Per: 5 * time.Minute}, "5 requests per 5 minutes"},
		{Rule{Limit: 5, Per: time.Hour}, "5 requests per hour"},
		{Rule{Limit: 1000, Per: 24 * time.Hour}, "1000 requests per 24 hours"},
		{Rule{Limit: 1, Per: 100 * time.Nanosecond}, "1 request per 100 nanoseconds"},
		{Rule{Limit: 3, Route: "GET /p/{id}", Host: "a.test"}, "3 requests per second to a.test for GET /p/{id}"},
		{Rule{Limit: 3, Method: "POST", Mode: UntilResponse}, "3 requests per second with method POST (until response)"},
		{Rule{Limit: 3, Key: func(*http.Request) string { return "" }}, "3 requests per second and key"},
		{Rule{Limit: 90, Per: time.Minute, Cost: func(*http.Request) int { return 2 }}, "90 units per minute"},
	} {
		for range 3 {
			if got := tt.rule.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		}
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]Rule{
		"10/90s": {Limit: 10, Per: 90 * time.Second}, "2/s": {Limit: 2, Per: time.Second}, "500/m": {Limit: 500, Per: time.Minute},
		"1000/24h": {Limit: 1000, Per: 24 * time.Hour}, "5/1m30s": {Limit: 5, Per: 90 * time.Second}, "1/250ms": {Limit: 1, Per: 250 * time.Millisecond},
	} {
		if got, err := ParseRate(text); err != nil || MustRate(text).Per != got.Per || got.Limit != want.Limit || got.Per != want.Per {
			t.Errorf("ParseRate(%q) is %d per %v, %v", text, got.Limit, got.Per, err)
		}
	}
	for _, text := range []string{"", "10", "/s", "0/s", "-1/s", "10/", "10/x", "10/0s", "10/-1s", "a/s", "1.5/s"} {
		if got := panics(func() { MustRate(text) }); !strings.HasPrefix(got, "throttle: ") {
			t.Errorf("MustRate(%q) panics with %q", text, got)
		}
		if _, err := ParseRate(text); err == nil || !strings.HasPrefix(err.Error(), "throttle: ") {
			t.Errorf("ParseRate(%q): %v", text, err)
		}
	}
}

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

package hint

import "testing"

func TestTheRestOfAResetIsFoundByItsShape(t *testing.T) {
	for name, want := range map[string]string{
		"X-Ratelimit-Reset":                  "X-Ratelimit-Remaining",
		"X-Ratelimit-Reset-Short":            "X-Ratelimit-Remaining-Short",
		"X-Ratelimit-Userreset":              "X-Ratelimit-Userremaining",
		"X-Ratelimit-Reset-After":            "X-Ratelimit-Remaining",
		"X-Ratelimit-Reset-After-Ms":         "X-Ratelimit-Remaining",
		"X-Ratelimit-Reset-Ms":               "X-Ratelimit-Remaining",
		"Anthropic-Ratelimit-Requests-Reset": "Anthropic-Ratelimit-Requests-Remaining",
		"X-RATELIMIT-RESET":                  "X-RATELIMIT-REMAINING",
		"x-quota-reset":                      "x-quota-remaining",
	} {
		if got := remainingOf(name, indexFold(name, "reset")); got != want || !isQuota(name) {
			t.Errorf("%s: %s, a quota: %v; want %s", name, got, isQuota(name), want)
		}
	}
	for _, name := range []string{"X-Password-Reset", "Reset", "Content-Length"} {
		if isQuota(name) {
			t.Errorf("%s is taken for a quota", name)
		}
	}
}

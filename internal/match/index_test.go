package match

import (
	"slices"
	"strings"
	"testing"
)

// The number of matchers tried does not depend on how busy the machine is.
func TestOfAThousandRulesFewAreLookedAt(t *testing.T) {
	for _, kind := range kinds {
		s := setOf(t, thousand(kind, 1000)...)
		host := "api.test"
		if strings.HasPrefix(kind, "Host") {
			host = "api77.test"
		}
		req := request(t, "GET", "https://"+host+"/v1/things77/5")
		if got := s.Find(nil, req, new([Few]int32)); !slices.Equal(got, []int32{77}) {
			t.Errorf("%s: %v match", kind, got)
		}
		if looks := len(s.index.candidates(nil, req, nil)); looks > 2 {
			t.Errorf("%s: %d were looked at", kind, looks)
		}
	}
}

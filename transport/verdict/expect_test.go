package verdict_test

import (
	"testing"

	"github.com/gracy-go/gracy/transport/verdict"
)

func TestExpectAccepts2xxOrItsStatuses(t *testing.T) {
	for _, tc := range []struct {
		e      verdict.Expect
		status int
		want   bool
	}{
		{verdict.Expect{}, 200, true},
		{verdict.Expect{}, 299, true},
		{verdict.Expect{}, 404, false},
		{verdict.Expect{Status: []int{404}}, 404, true},
		{verdict.Expect{Status: []int{404}}, 200, true},
		{verdict.Expect{Status: []int{201}, Only: true}, 201, true},
		{verdict.Expect{Status: []int{201}, Only: true}, 200, false},
	} {
		if got := tc.e.Accepts(tc.status); got != tc.want {
			t.Errorf("Accepts(%d) of %+v is %v, want %v", tc.status, tc.e, got, tc.want)
		}
	}
}

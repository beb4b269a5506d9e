package verdict_test

import (
	"testing"

	"github.com/gracy-go/gracy/transport"
)

func TestAccepts(t *testing.T) {
	for _, tc := range []struct {
		e      transport.Expect
		status int
		want   bool
	}{
		{transport.Expect{}, 200, true},
		{transport.Expect{}, 299, true},
		{transport.Expect{}, 404, false},
		{transport.Expect{Status: []int{404}}, 404, true},
		{transport.Expect{Status: []int{404}}, 200, true},
		{transport.Expect{Status: []int{201}, Only: true}, 201, true},
		{transport.Expect{Status: []int{201}, Only: true}, 200, false},
	} {
		if got := tc.e.Accepts(tc.status); got != tc.want {
			t.Errorf("%+v accepts %d: %v", tc.e, tc.status, got)
		}
	}
}

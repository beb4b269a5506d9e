package bodies_test

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

func TestNotKeptErrorSaysWhy(t *testing.T) {
	for want, e := range map[string]bodies.NotKeptError{
		"body of 9 bytes was not kept: 7 of 8 bytes":        {Length: 9, InUse: 7, Total: 8},
		"of unknown length was not kept: 7 of 8 bytes":      {Length: -1, InUse: 7, Total: 8},
		"body of 9 bytes was not kept: more than 4":         {Length: 9, Limit: 4},
		"of unknown length was not kept: more than 4 bytes": {Limit: 4},
	} {
		if got := e.Error(); !strings.Contains(got, want) {
			t.Errorf("%q, want %q in it", got, want)
		}
	}
}

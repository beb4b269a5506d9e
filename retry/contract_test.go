package retry_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	for name, p := range map[string]retry.Policy{
		"default": {},
		"unsafe":  {Unsafe: true, MarkAmbiguous: true, Attempts: 5},
		"once":    {Attempts: 1},
		"ignores": {Repeats: retry.IgnoreRepeats},
		"rejects": {Repeats: retry.RejectRepeats},
	} {
		t.Run(name, func(t *testing.T) {
			roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
				return retry.New(p).Wrap(next)
			}, roundtriptest.Retries)
		})
	}
}

package main

import (
	"io"
	"net/http"
	"testing"
	"time"
	"unsafe"

	"github.com/gracy-go/gracy/internal/race"
)

// The fused baseline is a bound only if its object is as large as that of a call, and if its call
// is found in the context.
func TestTheFusedBaselineHasTheObjectOfACall(t *testing.T) {
	if n := unsafe.Sizeof(fusedCall{}); n != callBytes {
		t.Errorf("a call of it has %d bytes, ours %d", n, callBytes)
	}
	var seen any
	b := fusedChain(roundTrip(func(req *http.Request) (*http.Response, error) {
		seen = req.Context().Value(fusedCallKey{})
		return respond(req, http.StatusOK, http.Header{}), nil
	}), unlimited())
	resp, err := b.send(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, ok := seen.(*fusedCall)
	if !ok || resp.Request.Context().Value(fusedCallKey{}) != seen {
		t.Fatalf("the call is not in the context: %v", seen)
	}
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	if c.bytes != int64(len(payload)) || c.status != http.StatusOK || c.start > c.headers || c.headers > c.end || c.end == 0 {
		t.Errorf("its ledger says %d bytes, status %d, %v, %v, %v", c.bytes, c.status, c.start, c.headers, c.end)
	}
	if race.Enabled {
		return // the race detector allocates
	}
	benches := withMemory(t, []*stack{find(t, bare), find(t, fused)})
	if f, _ := over(bare, fused, "").work(benches); f.memory != (memory{callBytes, callAllocs}) {
		t.Errorf("it allocates %+v", f.memory)
	}
}

func TestABucketOfTheFusedBaselineIsAQuarterOfAPowerOfTwo(t *testing.T) {
	for d, want := range map[time.Duration]int{0: 0, 3: 2, 8: 16, 9: 16, 10: 17, 15: 19, 16: 20, 1<<62 + 1: 252} {
		if got := fusedBucket(d); got != want {
			t.Errorf("%d: bucket %d, want %d", d, got, want)
		}
	}
}

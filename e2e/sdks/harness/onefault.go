package harness

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// OneFault checks that one fault costs one further request with the same body, or none if a second
// one could do the work twice. The SDK's own retries are off.
func OneFault(t *testing.T, sdks []*SDK) {
	t.Helper()
	all(t, sdks, func(t *testing.T, sdk *SDK) {
		t.Helper()
		for _, c := range []struct {
			call  string
			fault Fault
		}{
			{"read", Unavailable},
			{"read", Later},
			{"read", Broken},
			{"read", Reset},
			{"read", Throttled},
			{"write", Unavailable},
			{"write", Later},
			{"write", Broken},
			{"write", Reset},
			{"write", Throttled},
			{"write", HalfRead},
			{"upload", Unavailable},
			{"upload", Throttled},
			{"list", Unavailable},
			{"stream", Unavailable},
			{"stream", Throttled},
		} {
			t.Run(c.call+" "+c.fault.Name, func(t *testing.T) {
				t.Parallel()
				r := start(t, sdk, config{})
				call := r.each()[c.call]
				if c.fault.Half && r.Write != nil {
					call = func(ctx context.Context) (string, error) {
						return r.Write(ctx, strings.Repeat("many words ", 40_000)+Last)
					}
				}
				if call == nil {
					return // the SDK has no such call
				}
				oneFault(t, r, c.call, c.fault, call)
			})
		}
	})
}

func oneFault(t *testing.T, r *run, name string, f Fault, call func(context.Context) (string, error)) {
	t.Helper()
	clean := r.do(t, Fault{}, false, 0, call)
	if clean.err != nil || len(clean.requests) == 0 {
		t.Fatalf("without a fault: %v, %d requests", clean.err, len(clean.requests))
	}
	got := r.do(t, f, false, 0, call)
	extra, good, goal := further(r.sdk, name, f, clean, got)
	for _, fault := range whole(f, clean.requests, got.requests, extra) {
		t.Log(fault)
		good = false
	}
	if !good {
		t.Logf("%v, %q, without a fault %q", got.err, got.text, clean.text)
	}
	what := "the error"
	if extra > 0 && got.err == nil {
		what = fmt.Sprintf("%d more", extra)
	}
	note(r.sdk, "over "+name+" "+f.Name, what)
	check(t, "one fault", r.sdk, name+" "+f.Name, extra, good, goal)
}

// further returns how many further requests a fault has cost, whether that is as it should be, and
// what was wanted.
func further(sdk *SDK, name string, f Fault, clean, got outcome) (extra int, good bool, goal string) {
	extra = len(got.requests) - len(clean.requests)
	if got.err != nil {
		extra = len(got.requests) - 1 // the call ended there
	}
	// A write should be sent again only if that cannot do its work twice. Any other call should be
	// sent again.
	if f.Status == http.StatusTooManyRequests || name != "write" && name != "upload" || sdk.repeatable(got.requests[0]) {
		return extra, extra == 1 && got.err == nil && got.text == clean.text, "one, whole, and the right result"
	}
	return extra, extra == 0 && got.err != nil, "none and the error"
}

// whole returns what is wrong with the requests that were sent again. Each must be the one that
// failed, complete, and must arrive when the server asked for it.
func whole(f Fault, clean, got []Request, extra int) (faults []string) {
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for i, again := range got[1:min(len(got), 1+extra)] {
		first := got[0]
		if again.Method != first.Method || again.Target != first.Target {
			say("request %d is %s %s, the first %s %s", i+2, again.Method, again.Target, first.Method, first.Target)
		}
		same := again.Err == nil && again.Hash == first.Hash
		if f.Half {
			same = again.Err == nil && bytes.HasPrefix(again.Body, first.Body) && again.Length == first.Length
		}
		if !same || again.Length >= 0 && again.Size != again.Length {
			say("request %d has %d bytes of %d (%v), the first has %d", i+2, again.Size, again.Length, again.Err, first.Size)
		}
		if bytes.Contains(clean[0].Body, []byte(Last)) && !bytes.Contains(again.Body, []byte(Last)) {
			say("request %d is not whole", i+2)
		}
		if d := again.At.Sub(got[i].At); f.RetryAfter != "" && d < time.Second {
			say("sent again after %v, the server asked for 1s", d)
		}
	}
	return faults
}

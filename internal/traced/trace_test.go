package traced_test

import (
	"context"
	"net/http/httptrace"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/traced"
)

// counter counts the connections that are requested and the traces that are made.
type counter struct{ asked, made int }

func (c *counter) Trace() *httptrace.ClientTrace {
	c.made++
	return &httptrace.ClientTrace{GetConn: func(string) { c.asked++ }}
}

func TestTheKeyIsThatOfTheStandardLibrary(t *testing.T) {
	own := new(httptrace.ClientTrace)
	ctx := httptrace.WithClientTrace(t.Context(), own)
	if got := ctx.Value(traced.Key()); got != any(own) {
		t.Errorf("%v is under the key, want the trace", got)
	}
}

func TestATraceIsMadeOnce(t *testing.T) {
	var c counter
	var tr traced.Trace
	if tr.Asked() {
		t.Error("asked for before it was")
	}
	first := tr.Of(t.Context(), &c)
	if again := tr.Of(t.Context(), &c); again != first || c.made != 1 || !tr.Asked() {
		t.Errorf("%p, then %p; %d were made; asked for: %v", first, again, c.made, tr.Asked())
	}
}

func TestATraceCallsThatAroundIt(t *testing.T) {
	var outer, inner counter
	ctx := httptrace.WithClientTrace(t.Context(), outer.Trace())
	var tr traced.Trace
	tr.Of(ctx, &inner).GetConn("a.test:80")
	if outer.asked != 1 || inner.asked != 1 {
		t.Errorf("the outer one was asked %d times, the inner one %d, want once each", outer.asked, inner.asked)
	}
}

// fixed makes a new trace for each call, without writing to anything.
type fixed struct{}

func (fixed) Trace() *httptrace.ClientTrace { return new(httptrace.ClientTrace) }

func TestAllGetTheSameTrace(t *testing.T) {
	for range 50 {
		var tr traced.Trace
		var wg sync.WaitGroup
		got := make([]*httptrace.ClientTrace, 4)
		for i := range got {
			wg.Go(func() { got[i] = tr.Of(context.Background(), fixed{}) })
		}
		wg.Wait()
		for _, g := range got {
			if g == nil || g != got[0] {
				t.Fatalf("traces %p, want one", got)
			}
		}
	}
}

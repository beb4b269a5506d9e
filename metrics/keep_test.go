package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// slowBody takes a second to be read.
type slowBody struct{ io.Reader }

func (b slowBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		time.Sleep(time.Second)
	}
	return n, err
}

func (slowBody) Close() error { return nil }

// scripted returns a base that takes 100 ms and responds with one status after the other, 0 for an error.
func scripted(statuses ...int) rttest.Func {
	return func(req *http.Request) (*http.Response, error) {
		time.Sleep(100 * time.Millisecond)
		s := statuses[0]
		statuses = statuses[1:]
		if s == 0 {
			return nil, errors.New("dial: Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789")
		}
		return &http.Response{StatusCode: s, Header: http.Header{}, Body: slowBody{strings.NewReader("pikachu")}, Request: req}, nil
	}
}

func TestWhatIsKeptOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		rt := r.Wrap(retrying(3, 2*time.Second).Wrap(scripted(200, 503, 200, 0, 0, 0, 404)))
		if err := send(t.Context(), t, rt, "GET", "/before"); err != nil {
			t.Fatal(err)
		}
		if got := r.Timeline(); len(got.Calls) != 0 || got.Client != "test" {
			t.Errorf("by default there is %+v", got)
		}
		r.KeepCalls(10)
		began := time.Now()
		if err := send(t.Context(), t, rt, "POST", "/retried"); err != nil {
			t.Fatal(err)
		}
		if err := send(t.Context(), t, rt, "DELETE", "/broken"); err == nil {
			t.Fatal("no error")
		}
		if err := send(t.Context(), t, rt, "GET", "/missing"); err != nil {
			t.Fatal(err)
		}
		got := r.Timeline()
		if len(got.Calls) != 3 || got.Dropped != 0 {
			t.Fatalf("there are %d calls, %d dropped, want 3 and 0", len(got.Calls), got.Dropped)
		}
		retried, broken, missing := got.Calls[0], got.Calls[1], got.Calls[2]
		if !retried.Start.Equal(began) || retried.Method != "POST" || retried.Route != "/r" || retried.Outcome != "ok" || retried.Elapsed != 3200*time.Millisecond || retried.Made != 2 {
			t.Errorf("the call is %+v", retried)
		}
		// The layer throws the body of the 503 away, whose second is in the time of the call alone.
		want := []Attempt{
			{Number: 1, Headers: 100 * time.Millisecond, Status: 503, Cause: "first", Verdict: "retryable", Sent: true},
			{Number: 2, After: 1100 * time.Millisecond, Waits: Waits{Backoff: 2 * time.Second}, Headers: 100 * time.Millisecond, Body: time.Second, Bytes: 7, Status: 200, Cause: "retry", Verdict: "ok", Sent: true},
		}
		if len(retried.Attempts) != 2 || retried.Attempts[0] != want[0] || retried.Attempts[1] != want[1] {
			t.Errorf("its attempts are %+v, want %+v", retried.Attempts, want)
		}
		if broken.Outcome != "transport" || broken.Attempts[0].Status != 0 || strings.Contains(broken.Attempts[0].Error, "abcdef") || !strings.Contains(broken.Attempts[0].Error, "dial") {
			t.Errorf("the call without a response is %+v", broken)
		}
		if missing.Outcome != "status" || missing.Attempts[0].Body != time.Second {
			t.Errorf("the call that was not accepted is %+v", missing)
		}
		r.Reset()
		if got := r.Timeline(); len(got.Calls) != 0 || got.Dropped != 0 {
			t.Errorf("after Reset there are %+v", got)
		}
	})
}

// A body that ends after its call has lost its place changes nothing, and one that never ends is
// not waited for.
func TestALateBodyIsNotThatOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		r.KeepCalls(1)
		rt := r.Wrap(scripted(200, 404))
		first := begin(t, rt)
		second := begin(t, rt)
		if err := readAll(first, nil); err != nil {
			t.Fatal(err)
		}
		got := r.Timeline()
		if len(got.Calls) != 1 || got.Dropped != 1 || got.Calls[0].Outcome != "status" || got.Calls[0].Attempts[0].Body != 0 || got.Calls[0].Attempts[0].Bytes != 0 {
			t.Errorf("after the body of another there is %+v", got)
		}
		if err := readAll(second, nil); err != nil {
			t.Fatal(err)
		}
		if got := r.Timeline(); got.Calls[0].Attempts[0].Body != 2*time.Second {
			t.Errorf("after its own body there is %+v", got)
		}
		if row := r.Snapshot().Rows[0]; row.BytesIn != 14 || row.BodyTime != 3100*time.Millisecond {
			t.Errorf("the bodies count %d bytes in %v, want 14 in 3.1 s", row.BytesIn, row.BodyTime)
		}
	})
}

// What a layer notes while the body is read is kept too, such as that it broke off: the outcome of the call does not
// say so. A note of the attempt from before stays.
func TestAKeptCallSaysThatItsBodyBrokeOff(t *testing.T) {
	for _, noted := range []string{"", "sent 2 times by the transport"} {
		r := New("test")
		r.KeepCalls(1)
		inner := testLayer(func(c *layer.Call, req *http.Request, inner http.RoundTripper) (*http.Response, error) {
			if noted != "" {
				c.Attempt().AddNote(noted)
			}
			return inner.RoundTrip(req)
		})
		resp := begin(t, r.Wrap(inner.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			cut := io.MultiReader(strings.NewReader("pika"), iotest.ErrReader(io.ErrUnexpectedEOF))
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(cut), Request: req}, nil
		}))))
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		want := layer.AttemptOf(resp).Notes()
		if !strings.Contains(want, "the body broke off") || !strings.HasPrefix(want, noted) {
			t.Fatalf("the ledger has the notes %q", want)
		}
		if got := r.Timeline().Calls[0].Attempts[0]; got.Notes != want || got.Bytes != 4 {
			t.Errorf("kept are %q and %d bytes, want %q and 4", got.Notes, got.Bytes, want)
		}
	}
}

// What ends a body and reports that afterwards, as an idle limit does, is noted at the call that it is about, if that is
// still kept.
func TestALateNoteIsThatOfItsCall(t *testing.T) {
	r := New("test")
	r.KeepCalls(3)
	rt := r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) { return rttest.Response(req, 200, "pikachu"), nil }))
	var attempts []*layer.Attempt
	read := func(n int) {
		for range n {
			resp := begin(t, rt)
			attempts = append(attempts, layer.AttemptOf(resp))
			if err := readAll(resp, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	breakOff := func(i int) {
		attempts[i].Call().Emit(layer.Event{Kind: layer.BodyLost, Attempt: attempts[i], Err: io.ErrUnexpectedEOF})
	}
	notes := func() (all []string) {
		for _, c := range r.Timeline().Calls {
			all = append(all, c.Attempts[0].Notes)
		}
		return all
	}
	read(4)
	breakOff(2)
	breakOff(0) // not kept any more
	if got := notes(); !slices.Equal(got, []string{"", "the body broke off", ""}) {
		t.Errorf("the notes are %q", got)
	}
	read(3)
	breakOff(3)
	if got := notes(); !slices.Equal(got, []string{"", "", ""}) {
		t.Errorf("after further calls the notes are %q", got)
	}
	if n := r.Snapshot().Total.BodiesBroken; n != 3 {
		t.Errorf("%d bodies broke off, want 3", n)
	}
}

// A recorder inside retry keeps each attempt as a call. The body of an earlier one is not taken for
// the body of the last, which has its place.
func TestABodyOfAnEarlierAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		r.KeepCalls(1)
		var first *http.Response
		outer := testLayer(func(c *layer.Call, req *http.Request, inner http.RoundTripper) (*http.Response, error) {
			var err error
			if first, err = inner.RoundTrip(req); err != nil {
				return nil, err
			}
			c.Attempt().End(first, nil)
			c.NextAttempt(layer.Retry)
			return inner.RoundTrip(req)
		})
		second := begin(t, outer.Wrap(r.Wrap(scripted(503, 200))))
		for _, resp := range []*http.Response{first, second} {
			if err := readAll(resp, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.Timeline(); len(got.Calls) != 1 || got.Calls[0].Attempts[0].Number != 2 || got.Calls[0].Attempts[0].Bytes != 7 {
			t.Errorf("there is %+v", got)
		}
	})
}

func begin(t *testing.T, rt http.RoundTripper) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(transport.WithRoute(t.Context(), "/r"), http.MethodGet, "http://api.test/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// The memory of one call and of all calls is bounded.
func TestKeptCallsHaveABound(t *testing.T) {
	r := New("test")
	r.KeepCalls(5)
	many := testLayer(func(c *layer.Call, req *http.Request, inner http.RoundTripper) (*http.Response, error) {
		for range 39 {
			c.Attempt().End(nil, errors.New(strings.Repeat("long ", 1000)))
			c.NextAttempt(layer.Retry)
		}
		return inner.RoundTrip(req)
	})
	rt := r.Wrap(many.Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}})))
	for i := range 12 {
		if err := send(t.Context(), t, rt, "GET", fmt.Sprint("/", i)); err != nil {
			t.Fatal(err)
		}
	}
	got := r.Timeline()
	if got.Most != 5 || len(got.Calls) != 5 || got.Dropped != 7 {
		t.Errorf("%d calls are kept and %d dropped, want 5 and 7", len(got.Calls), got.Dropped)
	}
	for _, c := range got.Calls {
		if n := len(c.Attempts); n != mostAttempts || c.Made != 40 || c.Attempts[n-1].Number != 40 || c.Attempts[n-2].Number != mostAttempts-1 {
			t.Fatalf("of %d attempts %d are kept, the last %d", c.Made, n, c.Attempts[n-1].Number)
		}
		for _, a := range c.Attempts {
			if len(a.Error) > longest {
				t.Fatalf("an error of %d bytes is kept", len(a.Error))
			}
		}
	}
	r.KeepCalls(-1)
	if got := r.Timeline(); got.Most != 0 || len(got.Calls) != 0 {
		t.Errorf("when off, %d calls are kept", len(got.Calls))
	}
}

// A route that turns out to hold the name of an object is shown as its pattern.
func TestKeptCallsAreUnderTheRouteOfTheirRow(t *testing.T) {
	r := New("test")
	r.KeepCalls(100)
	rt := r.Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}}))
	for i := range 60 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/pokemon/"+strings.Repeat("abcdefgh"[i%8:i%8+1], i/8+3), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := readAll(rt.RoundTrip(req)); err != nil {
			t.Fatal(err)
		}
	}
	rows := map[string]uint64{}
	for _, row := range r.Snapshot().Rows {
		rows[row.Route] = row.Calls
	}
	kept := map[string]uint64{}
	for _, c := range r.Timeline().Calls {
		kept[c.Route]++
	}
	if rows["/pokemon/{x}"] == 0 || fmt.Sprint(rows) != fmt.Sprint(kept) {
		t.Errorf("the rows are %v, the calls %v", rows, kept)
	}
}

func TestKeepingAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	base := fixed(&http.Response{StatusCode: 200, Header: http.Header{}})
	r := New("test")
	off := cost(t, r.Wrap(base))
	r.KeepCalls(10)
	if on := cost(t, r.Wrap(base)); on != off {
		t.Errorf("%v allocations with calls kept, %v without", on, off)
	}
}

// Reading the calls once a second, as a page does, makes no garbage for each call.
func TestReadingAllocatesLittle(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	r := New("test")
	r.KeepCalls(1000)
	cost(t, r.Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}})))
	kept := len(r.Timeline().Calls)
	if n := testing.AllocsPerRun(10, func() { _ = r.Timeline() }); kept < 500 || n > 20 {
		t.Errorf("reading %d calls allocates %v times, want at most 20", kept, n)
	}
}

func TestKeepingBesideReading(t *testing.T) {
	r := New("test")
	r.KeepCalls(7)
	rt := r.Wrap(retrying(2, 0).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("x")), Request: req}, nil
	})))
	ctx, end := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if err := send(t.Context(), t, rt, "GET", "/"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var read sync.WaitGroup
	read.Go(func() {
		for ctx.Err() == nil {
			for _, c := range r.Timeline().Calls {
				if c.Outcome != "ok" || len(c.Attempts) != 1 {
					t.Errorf("a call is %+v", c)
					return
				}
			}
		}
	})
	wg.Wait()
	end()
	read.Wait()
	if got := r.Timeline(); len(got.Calls) != 7 || got.Dropped != 1993 {
		t.Errorf("%d calls are kept and %d dropped", len(got.Calls), got.Dropped)
	}
}

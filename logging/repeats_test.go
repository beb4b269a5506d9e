package logging_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

// statuses responds with the status that the path ends in.
func statuses(req *http.Request) (*http.Response, error) {
	var status int
	if _, err := fmt.Sscanf(req.URL.Path[strings.LastIndexByte(req.URL.Path, '/'):], "/%d", &status); err != nil {
		return nil, rttest.ErrBoom
	}
	return rttest.Respond(status, "")(req)
}

func send(t *testing.T, rt http.RoundTripper, status string) {
	t.Helper()
	_ = call(transport.WithRoute(t.Context(), "/things/{status}"), rt, "http://api.test/things/"+status)
}

func TestRepeatsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Repeats: 10 * time.Second})
		rt := l.Wrap(rttest.Func(statuses))
		check := func(at string, want ...string) {
			t.Helper()
			if got := strings.Join(messages(&b), "\n"); got != strings.Join(want, "\n") {
				t.Errorf("%s: got\n%s\nwant\n%s", at, got, strings.Join(want, "\n"))
			}
			b.Reset()
		}
		const first = "ERROR GET http://api.test/things/503 failed: 503"
		for range 49 { // at 0 s, 0.2 s and so on to 9.6 s
			send(t, rt, "503")
			time.Sleep(200 * time.Millisecond)
		}
		check("the first of a kind", first)
		send(t, rt, "500")
		send(t, rt, "x")
		check("others", "ERROR GET http://api.test/things/500 failed: 500", "ERROR GET http://api.test/things/x failed: ABORTED boom")
		time.Sleep(400 * time.Millisecond)
		send(t, rt, "200") // this is not logged itself
		check("after the interval", "ERROR GET /things/{status}: 503 x 48 more in 9.6s")
		for range 30 {
			send(t, rt, "503")
			time.Sleep(time.Second)
		}
		check("a line for each interval", "ERROR GET /things/{status}: 503 x 10 more in 9.6s", "ERROR GET /things/{status}: 503 x 9 more in 9s", "ERROR GET /things/{status}: 503 x 9 more in 9s")
		time.Sleep(20 * time.Second)
		send(t, rt, "503")
		check("after a silence", "ERROR GET /things/{status}: 503 x 2 more in 2s", first)
		send(t, rt, "503")
		time.Sleep(time.Second)
		send(t, rt, "503")
		send(t, rt, "x")
		send(t, rt, "x")
		l.Flush()
		check("flushed", "ERROR GET http://api.test/things/x failed: ABORTED boom", "ERROR GET /things/{status}: 503 x 2 more in 1s", "ERROR GET /things/{status}: _OTHER x 1 more in 0s")
		l.Flush()
		check("flushed again")
		time.Sleep(time.Hour)
		send(t, rt, "200")
		send(t, rt, "503")
		check("much later", first)
	})
}

func TestARepeatHasAttributes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: jsonLogger(&b), Repeats: time.Minute, Queued: logging.At(slog.LevelWarn)})
		rt := l.Wrap(emitter{{Kind: layer.WaitBegin, How: layer.Queue, Limit: 5}}.Wrap(rttest.Func(statuses)))
		for range 3 {
			send(t, rt, "503")
			time.Sleep(time.Second)
		}
		l.Flush()
		want := []string{
			"map[error.type:503 gracy.elapsed:2 gracy.event:errors gracy.repeats:2 http.request.method:GET http.response.status_code:503 level:ERROR msg:GET /things/{status}: 503 x 2 more in 2s url.template:/things/{status}]",
			"map[gracy.elapsed:2 gracy.event:queued gracy.repeats:2 http.request.method:GET level:WARN msg:GET /things/{status}: queued x 2 more in 2s url.template:/things/{status}]",
		}
		lines := attributes(t, &b)
		for i, w := range want {
			if got := fmt.Sprint(lines[2+i]); got != w {
				t.Errorf("got\n%s\nwant\n%s", got, w)
			}
		}
	})
}

// However many different lines and loggers there are, the number of kept ones is bounded, and all
// lines are written or counted.
func TestRepeatsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: jsonLogger(&b), Repeats: time.Minute})
		rt := l.Wrap(rttest.Func(statuses))
		for range 2 {
			for i := range 1000 {
				ctx := transport.WithRoute(t.Context(), fmt.Sprintf("/route%d", i))
				_ = call(ctx, rt, "http://api.test/503")
			}
		}
		if n := l.Sorts(); n > 600 {
			t.Errorf("%d sorts are kept", n)
		}
		l.Flush()
		written, counted := 0, 0.0
		for _, line := range attributes(t, &b) {
			if n, ok := line["gracy.repeats"].(float64); ok {
				counted += n
			} else {
				written++
			}
		}
		if written+int(counted) != 2000 || written != 501 || !strings.Contains(b.String(), `"msg":"other routes: errors x 999 more in 0s"`) {
			t.Errorf("%d written, %v counted", written, counted)
		}
		for range 1000 {
			ctx := transport.With(t.Context(), logging.Config{Logger: jsonLogger(&b), Repeats: time.Minute})
			_ = call(ctx, rt, "http://api.test/503")
		}
		if n := l.Sorts(); n > 600 {
			t.Errorf("%d sorts are kept", n)
		}
		time.Sleep(time.Hour)
		send(t, rt, "200")
		if n := l.Sorts(); n > 600 {
			t.Errorf("%d sorts are kept", n)
		}
	})
}

func TestConcurrentRepeats(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: jsonLogger(&b), Repeats: time.Millisecond})
	rt := l.Wrap(rttest.Func(statuses))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 500 {
				send(t, rt, "503")
			}
		})
	}
	group.Wait()
	l.Flush()
	n := 0.0
	for _, line := range attributes(t, &b) {
		if more, ok := line["gracy.repeats"].(float64); ok {
			n += more
		} else {
			n++
		}
	}
	if n != 4000 {
		t.Errorf("%v of 4000 lines were written or counted", n)
	}
}

func TestALineOfRepeatsHoldsNoSecret(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: jsonLogger(&b), Repeats: time.Minute, Retry: logging.At(slog.LevelInfo)})
	events := emitter{{Kind: layer.RetryScheduled, Text: "Authorization: Bearer " + secret, Err: fmt.Errorf("key=%s", secret)}}
	rt := l.Wrap(events.Wrap(rttest.Respond(503, "")))
	for range 2 {
		_ = call(t.Context(), rt, "http://user:"+secret+"@api.test/bot123456:"+secret+"/x?api_key="+secret)
	}
	l.Flush()
	if n := strings.Count(b.String(), "more in"); n != 2 || strings.Contains(b.String(), secret) {
		t.Errorf("%d lines of repeats, or a secret:\n%s", n, b.String())
	}
}

// A handler that panics costs the line of repeats and no call.
func TestAPanicInALineOfRepeatsFailsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := logging.New(logging.Config{Logger: slog.New(panicking{}), Repeats: time.Second})
		rt := l.Wrap(rttest.Respond(503, ""))
		for range 9 {
			if err := call(t.Context(), rt, "http://api.test/"); err != nil {
				t.Error(err)
			}
			time.Sleep(300 * time.Millisecond)
		}
		l.Flush()
	})
}

func TestEveryLogsOneOfSoMany(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{
		Logger: logger(&b, slog.LevelDebug), Errors: logging.Event{Every: 4},
		Recorded: logging.Event{Every: 3, Template: "{RECORDED_COUNT} recorded"},
	})
	for i := range 10 {
		rt := l.Wrap(emitter{{Kind: layer.Recorded, Count: int64(i + 1)}}.Wrap(rttest.Respond(500, "")))
		if err := call(t.Context(), rt, "http://api.test/"); err != nil {
			t.Fatal(err)
		}
	}
	const failed = "ERROR GET http://api.test/ failed: 500"
	want := []string{"INFO 3 recorded", failed, "INFO 6 recorded", failed, "INFO 9 recorded"}
	if got := messages(&b); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNegativeNumbersPanicInNew(t *testing.T) {
	for want, c := range map[string]logging.Config{
		"logging: Repeats is negative: -1s":    {Repeats: -time.Second},
		"logging: Retry.Every is negative: -2": {Logger: slog.Default(), Retry: logging.Event{Every: -2}},
	} {
		if got := fmt.Sprint(rttest.PanicOf(func() { logging.New(c) })); got != want {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
	var b bytes.Buffer
	ctx := transport.With(t.Context(), logging.Config{Logger: logger(&b, slog.LevelDebug), Repeats: -1, Errors: logging.Event{Every: -1}})
	_ = call(ctx, logging.New(logging.Config{Logger: slog.Default()}).Wrap(rttest.Respond(500, "")), "http://api.test/")
	if got := len(messages(&b)); got != 1 {
		t.Errorf("%d lines of an override with negative numbers, want 1", got)
	}
}

// A repeat costs no more than a call that logs nothing.
func TestARepeatAllocatesLittle(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/things/7", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp := &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody}
	base := rttest.Func(func(req *http.Request) (*http.Response, error) { resp.Request = req; return resp, nil })
	allocs := func(c logging.Config) float64 {
		rt := logging.New(c).Wrap(base)
		return testing.AllocsPerRun(100, func() { _, _ = rt.RoundTrip(req) })
	}
	quiet := allocs(logging.Config{Logger: slog.New(slog.DiscardHandler)})
	var b bytes.Buffer
	if n := allocs(logging.Config{Logger: logger(&b, slog.LevelDebug), Repeats: time.Hour}); n > quiet+1 && !race.Enabled {
		t.Errorf("%v allocations, want at most %v", n, quiet+1)
	}
	if n := len(messages(&b)); n != 1 {
		t.Errorf("%d lines, want 1", n)
	}
}

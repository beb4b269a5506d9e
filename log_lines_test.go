package gracy_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// lines is a logger of messages alone, and what it wrote.
func lines() (*slog.Logger, func() []string) {
	var b bytes.Buffer
	l := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key != slog.MessageKey {
			return slog.Attr{}
		}
		return a
	}}))
	return l, func() []string {
		var ms []string
		for m := range strings.Lines(b.String()) {
			m = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(m), `msg="`), `"`)
			ms = append(ms, strings.TrimPrefix(m, "msg="))
		}
		return ms
	}
}

// The placeholders that need the layers themselves: what they emit is what the
// lines say.
func TestTheLinesOfTheLayersAreRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, got := lines()
		m := func(template string) logging.Event { return logging.Event{Template: template} }
		l := logging.New(logging.Config{
			Logger:    log,
			Errors:    logging.At(logging.NoLevel),
			Retry:     m("retry {UURL} {ELAPSED} {RETRY_DELAY} {RETRY_CAUSE} {CUR_ATTEMPT}/{MAX_ATTEMPT}"),
			Retried:   m("retried {ENDPOINT} {RETRY_DELAY} {RETRY_CAUSE} {CUR_ATTEMPT}/{MAX_ATTEMPT}"),
			Exhausted: m("exhausted {ELAPSED} {RETRY_DELAY} {RETRY_CAUSE} {CUR_ATTEMPT}/{MAX_ATTEMPT} {STOPPED}"),
		})
		slow := roundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return server(500, "").RoundTrip(req)
		})
		rt := gracy.Around(slow, l, retry.New(retry.Policy{Attempts: 2, Delay: 3 * time.Second, Jitter: retry.NoJitter}))
		sendTo(t, rt, "/v2/pokemon/pikachu")
		want := []string{
			"retry http://api.test/v2/pokemon/{name} 1 3 status 500 1/2",
			"retried /pokemon/pikachu 3 status 500 2/2",
			"exhausted 4 3 status 500 2/2 attempts used up: 2 of 2",
		}
		if !slices.Equal(got(), want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got(), "\n"), strings.Join(want, "\n"))
		}
	})
}

// By default a call that failed has one line. It says why no further attempt was made, and what the call waited for.
func TestTheLineOfAFailureSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		limit := concurrency.New(concurrency.Limit{Max: 1})
		rt := gracy.Around(server(503, ""), logging.New(logging.Config{Logger: slog.New(slog.NewTextHandler(&b, nil))}), retry.New(retry.Policy{Jitter: retry.NoJitter}), limit)
		line := func(ctx context.Context, method string) string {
			b.Reset()
			req, err := http.NewRequestWithContext(ctx, method, "http://api.test/"+method, nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := rt.RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
			return b.String()
		}
		late, cancel := context.WithTimeout(t.Context(), time.Second) // of which the GET takes 0.3 s
		defer cancel()
		for _, c := range []struct {
			ctx    context.Context
			method string
			want   []string
			not    string
		}{
			{t.Context(), http.MethodPost, []string{"gracy.reason=\"not idempotent ("}, "gracy.wait"},
			{t.Context(), http.MethodGet, []string{"gracy.reason=\"attempts used up: 3 of 3\"", "gracy.wait.kind=backoff gracy.wait.duration=0.3"}, "queue"},
			{late, http.MethodDelete, []string{"gracy.wait.kind=queue gracy.wait.duration=0.7 ", "no slot of 1 per host"}, "gracy.reason"},
		} {
			if c.ctx == late { // somebody has the only slot
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
				if err != nil {
					t.Fatal(err)
				}
				held, err := limit.Wrap(server(200, "x")).RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				defer held.Body.Close()
			}
			got := strings.TrimSpace(line(c.ctx, c.method)) + " "
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s: %q is not in %s", c.method, want, got)
				}
			}
			if strings.Contains(got, c.not) {
				t.Errorf("%s: %q is in %s", c.method, c.not, got)
			}
		}
	})
}

// What the layers noted of the attempt that failed is on its line, as that a source of tokens returned no other one.
func TestTheLineOfAFailureHasTheNotesOfTheAttempt(t *testing.T) {
	var b bytes.Buffer
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: "old"}, nil })
	rt := gracy.Around(server(http.StatusUnauthorized, ""), logging.New(logging.Config{Logger: slog.New(slog.NewTextHandler(&b, nil))}), auth.Bearer(source, "http://api.test"))
	sendTo(t, rt, "/")
	if got, want := b.String(), `gracy.notes="auth: 401, sent again with the same token: the source returned no other"`; !strings.Contains(got, want) {
		t.Errorf("%s is not in %s", want, got)
	}
}

// sendTo sends a GET and closes the response.
func sendTo(t *testing.T, rt http.RoundTripper, path string) {
	t.Helper()
	ctx := transport.WithRoute(t.Context(), "/pokemon/{name}")
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test"+path, nil)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return
	}
	_ = resp.Body.Close()
}

func TestTheLineOfASlotSaysHowLongItTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, got := lines()
		l := logging.New(logging.Config{Logger: log, Acquired: logging.Event{Template: "{QUEUE_TIME}"}})
		slow := roundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return server(200, "").RoundTrip(req)
		})
		rt := gracy.Around(slow, l, concurrency.New(concurrency.Limit{Max: 1}))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { sendTo(t, rt, "/pokemon/pikachu") })
		}
		wg.Wait()
		if want := []string{"2", "4", "6"}; !slices.Equal(got(), want) {
			t.Errorf("the waiters got their slots after %v s, want %v", got(), want)
		}
	})
}

func TestTheLineOfAPauseSaysWhatWasAskedForAndWhatWasMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, got := lines()
		l := logging.New(logging.Config{Logger: log, Errors: logging.At(logging.NoLevel), Paused: logging.Event{Template: "{RETRY_AFTER} {WAIT_TIME} {RETRY_AFTER_ACTUAL_WAIT}"}})
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := server(429, "").RoundTrip(req)
			resp.Header.Set("Retry-After", "5")
			return resp, err
		})
		longer := throttle.Pause{Adjust: func(d time.Duration) time.Duration { return d + 10*time.Second }}
		rt := gracy.Around(base, l, throttle.NewLimiter(throttle.Config{Pause: longer}))
		sendTo(t, rt, "/pokemon/pikachu")
		if want := []string{"5 15 15"}; !slices.Equal(got(), want) {
			t.Errorf("got %v, want %v", got(), want)
		}
	})
}

func TestTheLinesOfATapeCount(t *testing.T) {
	log, got := lines()
	l := logging.New(logging.Config{Logger: log, Recorded: logging.Event{Template: "recorded {RECORDED_COUNT}"}, Replayed: logging.Event{Template: "replayed {REPLAYED_COUNT} {IS_REPLAY}"}})
	tape, err := replay.Open(t.TempDir()+"/t.json", replay.Options{Reuse: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tape.Close() }()
	rt := gracy.Around(server(200, ""), l, tape)
	for _, path := range []string{"/pokemon/a", "/pokemon/b", "/pokemon/a", "/pokemon/b"} {
		sendTo(t, rt, path)
	}
	want := []string{"recorded 1", "recorded 2", "replayed 1 TRUE", "replayed 2 TRUE"}
	if !slices.Equal(got(), want) {
		t.Errorf("got %v, want %v", got(), want)
	}
}

// A line about a retry names the wait that follows, whichever layer makes it.
func TestTheLineOfARetryNamesThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, got := lines()
		sent := 0
		api := roundTripper(func(req *http.Request) (*http.Response, error) {
			if sent++; sent > 1 {
				return server(200, "").RoundTrip(req)
			}
			resp, err := server(429, "").RoundTrip(req)
			resp.Header.Set("Retry-After", "20")
			return resp, err
		})
		rt := gracy.Around(
			api,
			logging.New(logging.Config{Logger: log, Retry: logging.Event{Template: "retry in {RETRY_DELAY}s"}, Retried: logging.Event{Template: "retried after {RETRY_DELAY}s"}}),
			retry.New(retry.Policy{}),
			throttle.New(),
		)
		begin := time.Now()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if took := time.Since(begin); took < 20*time.Second || !slices.Equal(got(), []string{"retry in 20s", "retried after 20s"}) {
			t.Errorf("%q in %v", got(), took)
		}
	})
}

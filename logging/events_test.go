package logging_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

var update = flag.Bool("update", false, "write the table of docs/logging.md")

// values are the values of the placeholders for the events of [eventful], unless own has others.
var values = map[string]string{
	"METHOD": "GET", "URL": "http://api.test/v2/pokemon/pikachu?q=1", "UURL": "http://api.test/v2/pokemon/{name}",
	"ENDPOINT": "/pokemon/pikachu", "UENDPOINT": "/pokemon/{name}", "ARGS": "name=pikachu",
	"CUR_ATTEMPT": "2", "STATUS": "429", "ERROR": "", "REPLAY": "", "IS_REPLAY": "FALSE", "MAX_ATTEMPT": "3",
	"THROTTLE_LIMIT": "10", "THROTTLE_TIME_RANGE": "90 seconds", "RULE": "10 requests per 90 seconds",
	"CONCURRENT_REQUESTS": "5", "SCOPE": "host api.test", "STOPPED": "attempts used up: 2 of 3",
	"RETRY_AFTER": "7", "RETRY_AFTER_ACTUAL_WAIT": "9", "WAIT_TIME": "9", "RECORDED_COUNT": "41", "REPLAYED_COUNT": "42",
	"OVERRIDE": "missing",
	"LEDGER":   "GET /pokemon/{name}: 429 after 2 attempts in 14.5s; 1: error retryable, headers 1s, boom; 2: 429 throttled, backoff 2.5s, headers 11s, body 0s (retry)",
}

// own are the values that differ between events.
var own = map[string]map[string]string{
	"Response":  {"ELAPSED": "14.5"},
	"Errors":    {"ELAPSED": "14.5"},
	"Retry":     {"ELAPSED": "1", "CUR_ATTEMPT": "1", "STATUS": "ABORTED", "ERROR": "boom", "RETRY_DELAY": "2.5", "RETRY_CAUSE": "error"},
	"Retried":   {"ELAPSED": "13.5", "RETRY_DELAY": "2.5", "RETRY_CAUSE": "error"},
	"Exhausted": {"ELAPSED": "13.5", "RETRY_DELAY": "2.5", "RETRY_CAUSE": "status 429"},
	"Throttled": {"THROTTLE_TIME": "3"},
	"Released":  {"THROTTLE_TIME": "4"},
	"Queued":    {"RULE": "at most 5 at once"},
	"Acquired":  {"RULE": "at most 5 at once", "QUEUE_TIME": "5"},
	"Freed":     {"RULE": "at most 5 at once"},
	"Paused":    {"ELAPSED": "13.5"},
	"Hooks":     {"ELAPSED": "13.5", "ERROR": "a hook"},
	"Broken":    {"ELAPSED": "13.5", "ERROR": "half", "LEDGER": values["LEDGER"] + " [no layer takes the override for missing; the body broke off]"},
	"Replayed":  {"REPLAY": "REPLAYED", "IS_REPLAY": "TRUE"},
}

// eventful is a layer that causes every event that can be logged: an attempt that fails after a
// second, a wait of 2.5 s, 4 s for quota and 5 s for a slot, and two seconds later a 429 that asks
// for 7 s.
func eventful(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	c.ClaimRetry(3)
	defer c.ReleaseRetry()
	a := c.Attempt()
	time.Sleep(time.Second)
	boom := errors.New("boom")
	a.End(nil, boom)
	c.Emit(layer.Event{Kind: layer.RetryScheduled, Attempt: a, Wait: 2500 * time.Millisecond, Limit: 3, Err: boom, Text: "error"})
	a = c.NextAttempt(layer.Retry)
	time.Sleep(2500 * time.Millisecond)
	a.AddWait(layer.Backoff, 2500*time.Millisecond)
	quota := layer.Event{Kind: layer.WaitBegin, Attempt: a, How: layer.Quota, Wait: 3 * time.Second, Limit: 10, Per: 90 * time.Second, Text: "10 requests per 90 seconds"}
	c.Emit(quota)
	time.Sleep(4 * time.Second)
	quota.Kind, quota.Wait = layer.WaitEnd, 4*time.Second
	c.Emit(quota)
	slot := layer.Event{Kind: layer.WaitBegin, Attempt: a, How: layer.Queue, Limit: 5, Text: "at most 5 at once"}
	c.Emit(slot)
	time.Sleep(5 * time.Second)
	slot.Kind, slot.Wait = layer.WaitEnd, 5*time.Second
	c.Emit(slot)
	slot.Err = boom // another wait, in vain
	c.Emit(slot)
	resp, err := next.RoundTrip(req)
	c.Emit(layer.Event{Kind: layer.Paused, Attempt: a, How: layer.Pause, Wait: 9 * time.Second, Response: resp, Text: "host api.test"})
	a.End(resp, err)
	c.Emit(layer.Event{Kind: layer.Exhausted, Attempt: a, Limit: 3, Response: resp, Text: "attempts used up: 2 of 3"})
	c.Emit(layer.Event{Kind: layer.HookFailed, Attempt: a, Response: resp, Err: errors.New("a hook")})
	c.Emit(layer.Event{Kind: layer.Recorded, Attempt: a, Response: resp, Count: 41})
	c.Emit(layer.Event{Kind: layer.SlotFreed, Attempt: a, Limit: 5, Text: "at most 5 at once"})
	c.Emit(layer.Event{Kind: layer.BodyLost, Attempt: a})
	resp.Body = broken{resp.Body, a, errors.New("half")}
	return resp, err
}

// Each cell of the table of placeholders and events has the right value.
func TestEveryPlaceholderOfEveryEvent(t *testing.T) {
	for _, f := range logging.Fields() {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			c := logging.Config{Logger: logger(&b, slog.LevelDebug), Errors: logging.At(logging.NoLevel), Hooks: logging.At(logging.NoLevel), Leaks: logging.At(logging.NoLevel), Broken: logging.At(logging.NoLevel)}
			var template, want strings.Builder
			for _, name := range f.Placeholders {
				fmt.Fprintf(&template, "%s<{%s}> ", name, name)
				value, ok := own[f.Name][name]
				if !ok {
					value, ok = values[name]
				}
				if !ok {
					t.Fatalf("{%s} of %s has no test", name, f.Name)
				}
				fmt.Fprintf(&want, "%s<%s> ", name, value)
			}
			reflect.ValueOf(&c).Elem().FieldByName(f.Name).Set(reflect.ValueOf(logging.Event{Template: template.String()}))
			trip := eventful
			if f.Name == "Replayed" {
				trip = replayed
			}
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				time.Sleep(2 * time.Second)
				resp, err := rttest.Respond(429, "")(req)
				resp.Header.Set("Retry-After", "7")
				return resp, err
			})
			rt := logging.New(c).Wrap((&rttest.Layer{Name: "eventful", Trip: trip}).Wrap(base))
			ctx := transport.WithRoute(layer.WithSetting(t.Context(), needy{}), "/pokemon/{name}")
			if err := call(ctx, rt, "http://api.test/v2/pokemon/pikachu?q=1"); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(strings.Join(messages(&b), "\n"), " ")
			if got != strings.TrimRight(want.String(), " ") {
				t.Errorf("%s:\ngot  %s\nwant %s", f.Name, got, want.String())
			}
		})
	}
}

// needy is a setting whose layer is missing.
type needy struct{}

func (needy) Needs() string { return "missing" }

// replayed is a layer whose second attempt is replayed.
func replayed(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	c.Attempt().End(nil, errors.New("boom"))
	a := c.NextAttempt(layer.Retry)
	resp, err := next.RoundTrip(req)
	a.SetReplayed(0)
	c.Emit(layer.Event{Kind: layer.Replayed, Attempt: a, Response: resp, Count: 42})
	return resp, err
}

// The table of docs/logging.md is that of the code.
func TestTheTableOfPlaceholdersIsDocumented(t *testing.T) {
	const file, begin, end = "../docs/logging.md", "<!-- placeholders -->\n", "<!-- end -->"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(b), begin)
	got, tail, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s has no table of placeholders", file)
	}
	want := table()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("%s differs from the code: go test ./logging -update mends it", file)
	}
	if err := os.WriteFile(file, []byte(head+begin+want+end+tail), 0o600); err != nil {
		t.Fatal(err)
	}
}

// table returns a line for each placeholder and a column for each event.
func table() string {
	var names []string
	var b strings.Builder
	b.WriteString("| placeholder |")
	fields := logging.Fields()
	for _, f := range fields {
		fmt.Fprintf(&b, " %s |", f.Name)
		for _, n := range f.Placeholders {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	b.WriteString("\n|---|" + strings.Repeat(":-:|", len(fields)))
	for _, n := range names {
		fmt.Fprintf(&b, "\n| `{%s}` |", n)
		for _, f := range fields {
			mark := " "
			if slices.Contains(f.Placeholders, n) {
				mark = " × "
			}
			b.WriteString(mark + "|")
		}
	}
	b.WriteString("\n")
	return b.String()
}

func TestAnEventWithAnyFieldIsOn(t *testing.T) {
	for name, e := range map[string]logging.Event{
		"On":       {On: true},
		"Level":    {Level: slog.LevelWarn},
		"Template": {Template: "a line"},
		"Every":    {Every: 1},
		"Func":     {Func: func(transport.Event) string { return "a line" }},
	} {
		var b bytes.Buffer
		rt := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Request: e}).Wrap(rttest.Respond(200, ""))
		if err := call(t.Context(), rt, "http://api.test/"); err != nil {
			t.Fatal(err)
		}
		if n := len(messages(&b)); n != 1 {
			t.Errorf("%s alone: %d lines, want 1", name, n)
		}
	}
	var b bytes.Buffer
	rt := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Errors: logging.Event{Template: "failed"}}).Wrap(rttest.Respond(500, ""))
	if err := call(t.Context(), rt, "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	if got := messages(&b); len(got) != 1 || got[0] != "ERROR failed" {
		t.Errorf("Errors with a Template alone: %q, want the level that it has by default", got)
	}
}

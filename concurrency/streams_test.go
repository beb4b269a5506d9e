package concurrency

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// Four watches are open. A call can be sent only if the watches have slots of their own.
func TestOpenWatchesStarveNoCall(t *testing.T) {
	for name, tc := range map[string]struct {
		limits  []Limit
		starved bool
	}{
		"control: one limit for all": {[]Limit{{Max: 4}}, true},
		"apart":                      {[]Limit{{Max: 4, Streams: ExceptStreams}, {Max: 4, Streams: OnlyStreams}}, false},
		"calls only":                 {[]Limit{{Max: 4, Streams: ExceptStreams}}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(tc.limits...)
			rt := transport.Streams("GET /logs/{pod}").Wrap(l.Wrap(&server{}))
			var open []*http.Response
			for _, u := range []string{"/pods?watch=true", "/pods?watch=true", "/logs/a", "/logs/b"} {
				resp, err := rt.RoundTrip(request(t.Context(), "http://a.test"+u))
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, resp)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := get(ctx, rt, "http://a.test/pods/1")
			if starved := errors.Is(err, context.DeadlineExceeded); starved != tc.starved || err != nil && !starved {
				t.Errorf("%s: %v", name, err)
			}
			if len(tc.limits) == 2 { // the streams have a limit too
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := get(ctx, rt, "http://a.test/pods?watch=true"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: a fifth watch: %v", name, err)
				}
			}
			for _, resp := range open {
				_ = resp.Body.Close()
			}
			empty(t, l)
		})
	}
}

func TestExplainWarnsWhereOnlyStreamsAreLimited(t *testing.T) {
	for name, tc := range map[string]struct {
		limits      []Limit
		warn, note  bool
		concurrency int
	}{
		"all":          {[]Limit{{Max: 4}}, false, false, 4},
		"only streams": {[]Limit{{Max: 4, Streams: OnlyStreams}}, true, false, 0},
		"only calls":   {[]Limit{{Max: 4, Streams: ExceptStreams}}, false, true, 0},
		"both":         {[]Limit{{Max: 4, Streams: ExceptStreams}, {Max: 4, Streams: OnlyStreams}}, false, false, 0},
	} {
		var p transport.Plan
		New(tc.limits...).Explain(&p)
		warned := strings.Contains(strings.Join(p.Warnings, "\n"), "counts streams only")
		noted := strings.Contains(strings.Join(p.Notes, "\n"), "streams are not limited")
		if warned != tc.warn || noted != tc.note || p.Concurrency != tc.concurrency {
			t.Errorf("%s: warnings %q, notes %q, %d at once", name, p.Warnings, p.Notes, p.Concurrency)
		}
	}
}

func TestALimitOfStreamsSaysSo(t *testing.T) {
	for want, l := range map[string]Limit{
		"4 at once per host of streams":      {Max: 4, Streams: OnlyStreams},
		"4 at once per host without streams": {Max: 4, Streams: ExceptStreams},
	} {
		if got := l.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Streams of 3 is no panic")
		}
	}()
	New(Limit{Max: 1, Streams: 3})
}

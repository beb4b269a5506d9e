package replaytest

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
)

// A Config says how a test is recorded and replayed. The zero Config is the
// documented default.
type Config struct {
	// Path is the file of the tape. The default is testdata/NAME.json, with the name of the test. A
	// test is not recorded beside one whose name differs only in case, since on most Windows and
	// macOS machines their files are one.
	// A name that ends in .json is a text tape, any other a bbolt file: see [replay.Open]. Each
	// test needs a file of its own: if two record into one, the later recording replaces the
	// other. Subtests share the tape that the test around them opens.
	Path string
	// Hosts maps servers of the test, by URL or by host and port, to their names on the tape:
	// {srv.URL: "api.test"}. If it names only one, links to the address that this server had when
	// it was recorded lead to it. By default the port of a loopback address is left out, which is
	// enough for one server. Options.Host must be nil if Hosts is set.
	Hosts map[string]string
	// AnyCount accepts that a request is made more or less often than it was recorded: the last
	// response is repeated, and an unused one is not a failure. By default each is given once.
	AnyCount bool
	// Options are those of the tape: what is compared, masked and left out. Mode and End must not
	// be set.
	Options replay.Options
}

// A Tape is the tape of a test: a layer. It is safe for concurrent use.
type Tape struct {
	inner    *replay.Tape
	mode     replay.Mode
	network  *denied
	failures *failures
	recorded time.Time
	open     openBodies // while recording
	errors   lostErrors // while recording
}

// Mode returns what the tape does: ModeRecord, ModeReplay or Off.
func (p *Tape) Mode() replay.Mode { return p.mode }

// RecordedAt returns the day on which the tape was recorded, as its beginning in UTC. Code under
// test that is given this time makes the same requests in every replay: for the rates of that
// day, or for what is newer. In ModeReplay it is the day of the first exchange on the tape, in
// other modes today. It is only a day, since that is what a text tape keeps. For a tape that was
// written by hand and names no day it is 1 January 1970.
func (p *Tape) RecordedAt() time.Time { return p.recorded }

// Stats returns the figures of the tape as they are now.
func (p *Tape) Stats() replay.Stats { return p.inner.Stats() }

// Verify sends the recorded requests again through next and yields how the responses differ from
// the tape: see [replay.Tape.Verify]. It goes to the network in every mode, and to the hosts as
// they are named on the tape. Its requests do not count as requests to the tape, so a test that
// only verifies sets Config.AnyCount, and Config.Path to the tape of another test.
func (p *Tape) Verify(ctx context.Context, next http.RoundTripper, opts replay.VerifyOptions) iter.Seq2[*replay.Drift, error] {
	return p.inner.Verify(ctx, next, opts)
}

// Open opens the tape of a test, and closes it when the test and its subtests have ended. The
// test fails at once if there is no tape to replay. At its end it fails for everything that makes
// the tape unfit: a request that was not on it, or a response that nobody asked for; while
// recording, an exchange that was withheld because of a secret, broke off, was never closed, or
// could not be written.
func Open(tb testing.TB, c Config) *Tape {
	tb.Helper()
	if c.Options.Mode != replay.ModeSmart || c.Options.End != replay.EndRepeatLast {
		tb.Fatal("replaytest: Config.Options sets Mode or End: use GRACY_TAPE and Config.AnyCount instead")
	}
	if len(c.Hosts) > 0 && c.Options.Host != nil {
		tb.Fatal("replaytest: Config.Hosts and Config.Options.Host are both set: set one of them")
	}
	mode := modeOf(tb)
	path := c.Path
	if path == "" {
		path = pathOf(tb.Name())
		if twin := twinOf(path); twin != "" && mode == replay.ModeRecord {
			tb.Fatalf("replaytest: %s cannot be recorded beside %s: on Windows and macOS they are one: rename the test, remove the other, or set Config.Path", path, twin)
		}
	}
	f := &failures{onError: c.Options.OnError}
	o := c.Options
	o.Mode, o.OnError = mode, f.report
	if !c.AnyCount {
		o.End = replay.EndMiss
	}
	var names *hosts // nil if the user's Options.Host names hosts
	if o.Host == nil {
		names = newHosts(c.Hosts)
		o.Host = names.name
	}
	if names != nil && mode == replay.ModeReplay {
		o.BeforeReplay = names.beforeReplay(o.BeforeReplay)
	}
	network := deny(tb, o.PassThrough)
	file, began := path, time.Now()
	if mode == replay.ModeRecord {
		file = prepare(tb, path)
	}
	inner, err := open(file, o, names)
	if mode == replay.ModeRecord && errors.Is(err, replay.ErrFormat) { // replace a tape that cannot be read
		_ = discard(file)
		inner, err = replay.Open(file, o)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && mode == replay.ModeReplay:
		tb.Fatalf("replaytest: there is no tape %s: record it with %s=record", path, environment)
	case err != nil:
		tb.Fatalf("replaytest: %v", err)
	}
	var old sequences
	if mode == replay.ModeRecord && partial(tb.Name()) {
		if old, err = sequencesOf(inner); err != nil {
			tb.Errorf("replaytest: cannot read %s: %v", path, err)
		}
	}
	tape := &Tape{inner: inner, mode: mode, errors: lostErrors{recorded: o.Errors && !o.DiscardBad}, network: network, failures: f, recorded: began.UTC().Truncate(24 * time.Hour)}
	if mode == replay.ModeReplay {
		tape.recorded = firstDay(tb, inner, tape.recorded)
		names.replays(hostsOf(inner))
	}
	tb.Cleanup(func() {
		tb.Helper()
		if mode == replay.ModeRecord {
			tape.forget(tb, path, began, old)
		}
		tape.end(tb, c.AnyCount, names)
		if mode == replay.ModeRecord {
			tape.errors.show(tb, tape.Stats().Recorded > 0)
			keep(tb, file, path, tape.Stats().Recorded > 0)
		}
	})
	return tape
}

// firstDay returns the day of the first exchange on a tape, or today if it has none.
func firstDay(tb testing.TB, tape *replay.Tape, today time.Time) time.Time {
	tb.Helper()
	for x, err := range tape.Exchanges() {
		if err != nil {
			tb.Fatalf("replaytest: the tape cannot be read: %v", err)
		}
		return x.Start.UTC().Truncate(24 * time.Hour)
	}
	return today
}

// hostsOf yields the hosts of a tape. A tape that cannot be read fails the test elsewhere.
func hostsOf(tape *replay.Tape) iter.Seq[string] {
	return func(yield func(string) bool) {
		for x, err := range tape.Exchanges() {
			if err != nil || !yield(x.Request.ParseURL().Host) {
				return
			}
		}
	}
}

// Wrap puts the tape in front of next. Nil means http.DefaultTransport. In ModeReplay the network
// is denied: nothing reaches next but what Options.PassThrough names, not even a call with
// [replay.Off].
func (p *Tape) Wrap(next http.RoundTripper) http.RoundTripper {
	if p.mode == replay.ModeReplay {
		next = p.network.wrap(next)
	}
	return layer.Wrap("replaytest", p, p.inner.Wrap(next), p.trip)
}

func (p *Tape) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	resp, err := next.RoundTrip(req)
	switch {
	case err != nil:
		p.failures.call(err)
		if p.mode == replay.ModeRecord && !p.network.passes.Match(c, req) {
			p.errors.add(c, req, err)
		}
	case p.mode == replay.ModeRecord && !p.network.passes.Match(c, req):
		p.open.watch(c, resp)
	}
	return resp, err
}

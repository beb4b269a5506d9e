package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/replay"
)

// transport is the base of the client: to the embedded server, or to the world.
func (d *demo) transport() *http.Transport {
	if d.server == nil {
		return realTransport()
	}
	return dialTo(strings.TrimPrefix(d.server.URL, "http://"))
}

// ask does the job over the network, recording.
func (d *demo) ask(ctx context.Context) (*outcome, error) {
	var tape *replay.Tape
	if !d.drops("replay") {
		t, err := replay.Open(d.sum.Tape.Path, replay.Options{Mode: d.mode(), Errors: true})
		if err != nil {
			return nil, err
		}
		tape = t
		defer tape.Close()
	}
	client := newClient(d.options, d.transport(), d.shared, d.live, d.logger(), tape)
	defer client.CloseIdleConnections()
	d.client = client

	d.step("Ask for up to %d each of Pokémon, berries, generations", d.n)
	d.bar.extra = func() string {
		n := d.live.Snapshot().Total.Retries
		if n == 0 {
			return ""
		}
		return "  " + plural(int(n), "retry", "retries")
	}
	start := time.Now()
	out := work(ctx, NewPokeAPI(client, d.url()), d.n, d.bar)
	d.sum.job(out, time.Since(start))
	if tape != nil {
		// Whatever ended the job, what it recorded is on the tape from here on.
		err := tape.Close()
		d.sum.Tape.Recorded, d.sum.Tape.Before = tape.Stats().Recorded, tape.Stats().Replayed
		if err != nil {
			return nil, err
		}
	}
	d.counts()
	if ctx.Err() != nil {
		d.sum.Canceled = true
		return out, nil
	}
	if d.server == nil && out.Unlisted == 3 {
		return nil, unreachable(d.base, out.Failures[0])
	}
	t := d.live.Snapshot().Total
	calls := time.Duration(max(1, t.Calls))
	d.say("  %d calls, %d attempts in %s", t.Calls, t.Attempts, brief(time.Since(start)))
	d.say("  a call waited %s for quota or a pause and %s for a slot, on average",
		brief((t.Waits.Quota+t.Waits.Pause)/calls), brief(t.Waits.Queue/calls))
	if out.Results.Nobody != "" {
		d.say("  one 404 is meant to be: %s", out.Results.Nobody)
	}
	if n := d.logs.hidden(); n > 0 {
		d.say("  · and %d log lines more, see -v", n)
	}
	if n := d.sum.Tape.Before; n > 0 {
		d.say("  %d answers were on the tape already", n)
	}
	return out, nil
}

// mode is Record, but a tape from an earlier run is gone on with, unless a
// control run has to see the network.
func (d *demo) mode() replay.Mode {
	if _, err := os.Stat(d.sum.Tape.Path); err == nil && len(d.without) == 0 {
		return replay.ModeSmart
	}
	return replay.ModeRecord
}

// again does the job a second time: from the tape, with the server stopped and
// the network denied; or in a control run over the network after all.
func (d *demo) again(ctx context.Context) (*outcome, error) {
	var (
		tape *replay.Tape
		base = d.transport()
		bar  = &progress{out: io.Discard}
		// In a control run there are no dials to count, but arrivals.
		dials  = new(atomic.Int64)
		before = d.sum.Server.total()
	)
	if d.drops("replay") {
		d.step("Again, without a tape")
		bar = d.bar
	} else {
		d.step("Again from the tape: server stopped, network denied")
		if d.server != nil {
			if err := d.server.Close(); err != nil {
				return nil, err
			}
		}
		base, dials = denied()
		t, err := replay.Open(d.sum.Tape.Path, replay.Options{Mode: replay.ModeReplay, Errors: true})
		if err != nil {
			return nil, err
		}
		tape = t
		defer tape.Close()
	}
	client := newClient(d.options, base, d.shared, d.taped, d.logger(), tape)
	defer client.CloseIdleConnections()

	start := time.Now()
	out := work(ctx, NewPokeAPI(client, d.url()), d.n, bar)
	took := time.Since(start)
	d.sum.Tape.Seconds, d.sum.Tape.Dials = took.Seconds(), dials.Load()
	d.counts()
	if d.server != nil {
		d.sum.Tape.Arrivals = d.sum.Server.total() - before
	}
	if ctx.Err() != nil {
		d.sum.Canceled = true
		return out, nil
	}
	if tape == nil {
		d.say("  %d calls in %s, %d requests at the server", d.taped.Snapshot().Total.Calls, brief(took), d.sum.Tape.Arrivals)
		return out, nil
	}
	s := tape.Stats()
	d.sum.Tape.Replayed, d.sum.Tape.Missed = s.Replayed, s.Missed
	d.say("  %d of %d in %s: %d answers from the tape, %d missing, %d dials",
		out.Done, out.Wanted, brief(took), s.Replayed, s.Missed, dials.Load())
	if calls := out.Explained; calls != nil && len(calls.Calls()) > 0 {
		head, _, _ := strings.Cut(calls.String(), "\n")
		d.indent("explained: " + head)
	}
	return out, nil
}

// compare holds the results of both jobs against each other, as JSON.
func (d *demo) compare(first, second *outcome) {
	a, errA := json.Marshal(first.Results)
	b, errB := json.Marshal(second.Results)
	d.sum.Equal = errA == nil && errB == nil && bytes.Equal(a, b)
	sum := sha256.Sum256(b)
	d.sum.Bytes, d.sum.SHA256 = len(b), hex.EncodeToString(sum[:])
	d.sum.again(second)
	if d.sum.Equal {
		d.say("  results equal byte for byte: %d bytes of JSON, SHA-256 %s…", len(b), d.sum.SHA256[:16])
	} else {
		d.say("  results differ: %d bytes of JSON, then %d", len(a), len(b))
	}
}

// kept says where the recordings of a run that was cut short are.
func (d *demo) kept() string {
	switch {
	case d.drops("replay"):
		return "nothing is recorded in this control run"
	case d.folder != "":
		return fmt.Sprintf("%d answers were on a temporary tape; keep one with -tape FILE", d.sum.Tape.Recorded)
	}
	return fmt.Sprintf("%d answers are safe on the tape; the same command goes on from there", d.sum.Tape.Recorded)
}

// unreachable makes one line of the first failure.
func unreachable(base string, err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("cannot reach %s: %w", base, op.Err)
	}
	return fmt.Errorf("%s: %w", base, err)
}

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/replay"
)

// transport returns the base of the client, which connects to the embedded server or to the real
// API.
func (d *demo) transport() *http.Transport {
	if d.server == nil {
		return realTransport()
	}
	return dialTo(strings.TrimPrefix(d.server.URL, "http://"))
}

// record does the job over the network and records it.
func (d *demo) record(ctx context.Context) (*outcome, error) {
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

	d.step("Get up to %d Pokémon, berries and generations each%s", d.n, recording(tape))
	start := time.Now()
	end := d.screen.show(d.live)
	out := work(ctx, NewPokeAPI(client, d.url()), d.n)
	if err := end(); err != nil {
		return nil, err
	}
	d.sum.recordFirst(out, time.Since(start))
	if tape != nil {
		// From here on the tape holds what was recorded, however the job ended.
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
	d.say("  %d calls took %d attempts and %s", t.Calls, t.Attempts, brief(time.Since(start)))
	d.say("  on average a call waited %s for the quota or a pause, %s for a free slot",
		brief((t.Waits.Quota+t.Waits.Pause)/calls), brief(t.Waits.Queue/calls))
	if out.Results.Missing != "" {
		d.say("  one 404 was expected: %s", out.Results.Missing)
	}
	if n := d.logs.hidden(); n > 0 {
		d.say("  · %d more log lines; -v shows all", n)
	}
	if n := d.sum.Tape.Before; n > 0 {
		d.say("  %d responses were on the tape already", n)
	}
	return out, nil
}

// recording ends the heading of a job that is recorded.
func recording(tape *replay.Tape) string {
	if tape == nil {
		return ""
	}
	return ", and record them"
}

// mode is Record for a new tape and Smart for one from an earlier run, which is
// completed. A control run records anew, because it has to use the network.
func (d *demo) mode() replay.Mode {
	if _, err := os.Stat(d.sum.Tape.Path); err == nil && len(d.without) == 0 {
		return replay.ModeSmart
	}
	return replay.ModeRecord
}

// replay does the job a second time, from the tape, with the server stopped and the network denied.
// In a control run without a tape it does it over the network.
func (d *demo) replay(ctx context.Context) (*outcome, error) {
	var (
		tape   *replay.Tape
		base   = d.transport()
		dials  = new(atomic.Int64) // stays 0 without a tape, where arrivals are counted
		before = d.sum.Server.total()
	)
	if d.drops("replay") {
		d.step("The same again, without a tape")
	} else {
		d.step("The same again from the tape: server stopped, network denied")
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
	out := work(ctx, NewPokeAPI(client, d.url()), d.n)
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
		d.say("  %d calls in %s, %d requests to the server", d.taped.Snapshot().Total.Calls, brief(took), d.sum.Tape.Arrivals)
		return out, nil
	}
	s := tape.Stats()
	d.sum.Tape.Replayed, d.sum.Tape.Missed = s.Replayed, s.Missed
	d.say("  %d of %d in %s: %d responses from the tape, %d missing, %d dials",
		out.Done, out.Wanted, brief(took), s.Replayed, s.Missed, dials.Load())
	if calls := out.Explained; calls != nil && len(calls.Calls()) > 0 {
		head, _, _ := strings.Cut(calls.String(), "\n")
		d.indent("in detail: " + head)
	}
	return out, nil
}

// compare compares the results of both jobs as JSON.
func (d *demo) compare(first, second *outcome) {
	a, errA := json.Marshal(first.Results)
	b, errB := json.Marshal(second.Results)
	d.sum.Equal = errA == nil && errB == nil && bytes.Equal(a, b)
	sum := sha256.Sum256(b)
	d.sum.Bytes, d.sum.SHA256 = len(b), hex.EncodeToString(sum[:])
	d.sum.recordSecond(second)
	if d.sum.Equal {
		d.say("  equal results, byte for byte: %d bytes of JSON, SHA-256 %s…", len(b), d.sum.SHA256[:16])
	} else {
		d.say("  the results differ: %d bytes of JSON from the network, %d from the tape", len(a), len(b))
	}
}

// kept says where the recordings of an interrupted run are.
func (d *demo) kept() string {
	switch {
	case d.drops("replay"):
		return "this control run records nothing"
	case d.folder != "":
		return fmt.Sprintf("%d responses were on a temporary tape; -tape FILE keeps them", d.sum.Tape.Recorded)
	}
	return fmt.Sprintf("%d responses are on the tape; the same command continues from there", d.sum.Tape.Recorded)
}

// unreachable returns an error of one line for the first failure.
func unreachable(base string, err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("cannot reach %s: %w", base, op.Err)
	}
	return fmt.Errorf("%s: %w", base, err)
}

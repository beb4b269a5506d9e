package replaytest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestNothingIsSentWhileATestIsReplayed(t *testing.T) {
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 1, &got)); f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "")
	srv, sent := counting(t)
	f := run("TestPoll", func(tb *fake) {
		c := replaytest.Client(tb)
		ctx := transport.With(context.Background(), replay.Off)
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/n?access_token=t0ken", strings.NewReader("x"))
		resp, err := c.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, replaytest.ErrDenied) || !errors.Is(err, verdict.ErrRejected) || sent.Load() != 0 {
			t.Errorf("%v, %d sent, want ErrDenied and none", err, sent.Load())
		}
		get(c, srv.URL+"/n")
	})
	if !f.failed || !strings.Contains(f.text(), "denied") || strings.Contains(f.text(), "t0ken") {
		t.Errorf("failed %v: %s", f.failed, f.text())
	}
}

// PassThrough has nothing to do with the tape, so a replaying test may send what it names.
func TestWhatPassesThroughIsSentWhileATestIsReplayed(t *testing.T) {
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 1, &got)); f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	health, healthy := counting(t)
	other, sent := counting(t)
	f := run("TestPoll", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Options: replay.Options{
			PassThrough: []string{"GET /healthz", strings.TrimPrefix(health.URL, "http://")},
		}}).Wrap(nil)}
		if a, b := get(c, health.URL+"/n"), get(c, other.URL+"/healthz"); a != "1" || b != "1" {
			t.Errorf("passed through: %q, %q", a, b)
		}
		get(c, other.URL+"/n")
	})
	if f.failed || healthy.Load() != 1 || sent.Load() != 1 {
		t.Errorf("failed %v, sent %d and %d, want 1 and 1: %s", f.failed, healthy.Load(), sent.Load(), f.text())
	}
	f = run("TestPoll", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Options: replay.Options{PassThrough: []string{"GET /healthz"}}}).Wrap(nil)}
		ctx := transport.With(context.Background(), replay.Off)
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, other.URL+"/n", nil)
		resp, err := c.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, replaytest.ErrDenied) {
			t.Errorf("another request: %v, want ErrDenied", err)
		}
	})
	if !f.failed || sent.Load() != 1 {
		t.Errorf("another request: failed %v, sent %d, want 1", f.failed, sent.Load())
	}
	f = run("TestPoll", func(tb *fake) {
		replaytest.Open(tb, replaytest.Config{Options: replay.Options{PassThrough: []string{"GET healthz"}}})
	})
	if !f.failed || !strings.Contains(f.text(), "Options.PassThrough: ") {
		t.Errorf("a name that is none: failed %v: %s", f.failed, f.text())
	}
}

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

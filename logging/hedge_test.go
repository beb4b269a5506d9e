package logging_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The loser of a hedge around the layer returns when the next attempt is on its way. It ends its own
// row, not that of this attempt.
func TestTheLoserOfAHedgeEndsItsOwnRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch sent.Add(1) {
			case 1:
				time.Sleep(2 * time.Second)
				return rttest.Response(req, 503, ""), nil
			case 3:
				time.Sleep(10 * time.Second)
				return rttest.Response(req, 200, ""), nil
			}
			<-req.Context().Done()
			time.Sleep(time.Second)
			return nil, req.Context().Err()
		})
		resp := rttest.Get(ctx, t, rttest.Stack(base, rttest.Retry(2), rttest.Hedge(time.Second),
			logging.New(logging.Config{Logger: slog.New(slog.DiscardHandler), Response: logging.At(0)})))
		time.Sleep(time.Minute)
		rttest.WantAttempts(t, layer.CallOf(resp), verdict.Retryable, verdict.Canceled, verdict.OK, verdict.Canceled)
	})
}

package report

import (
	"context"
	"log/slog"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

// Log writes a record for the busiest route and one for the total, at level Info, and a third
// with the number of recorded responses, if any. It writes a warning if there were no calls, if
// all responses came from a recording, or if calls have not returned. A nil logger logs nothing.
func Log(logger *slog.Logger, sources ...Source) {
	if logger == nil {
		return
	}
	s, ctx := read(sources), context.Background()
	client := slog.String("client", safetext.Replace(s.Client))
	if s.InFlight > 0 {
		defer logger.LogAttrs(ctx, slog.LevelWarn, "report: calls are in flight", client, slog.Int64("in_flight", s.InFlight))
	}
	if s.Total.Calls == 0 {
		logger.LogAttrs(ctx, slog.LevelWarn, "report: "+none(s), client)
		return
	}
	top := s.Rows[0]
	logger.LogAttrs(ctx, slog.LevelInfo, "report: busiest route", append([]slog.Attr{
		slog.String("client", safetext.Replace(top.Client)), slog.String("method", safetext.Replace(top.Method)), slog.String("route", safetext.Replace(top.Route)),
	}, attributes(top)...)...)
	logger.LogAttrs(ctx, slog.LevelInfo, "report: total", append([]slog.Attr{client}, attributes(s.Total)...)...)
	if n := s.Total.Recorded; n > 0 {
		logger.LogAttrs(ctx, slog.LevelInfo, "report: responses were recorded", client, slog.Uint64("recorded", n))
	}
	if allReplayed(s) {
		logger.LogAttrs(ctx, slog.LevelWarn, "report: all responses came from a recording", client, slog.Uint64("replayed", s.Total.Replayed))
	}
}

func attributes(r metrics.Row) []slog.Attr {
	var attrs []slog.Attr
	for _, c := range columns() {
		switch v := c.value(r).(type) {
		case count:
			attrs = append(attrs, slog.Uint64(c.name, uint64(v)))
		case percent:
			attrs = append(attrs, slog.Float64(c.name, rounded(float64(v))))
		case perSecond:
			attrs = append(attrs, slog.Float64(c.name, rounded(float64(v))))
		case time.Duration:
			attrs = append(attrs, slog.Float64(c.name, brief.Seconds(v)))
		}
	}
	return attrs
}

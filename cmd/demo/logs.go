package main

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
)

// logLines is the number of log lines that a run shows without -v.
const logLines = 6

// lines is a slog.Handler that writes messages above the table, and only counts
// those over a bound.
type lines struct {
	to    *screen
	most  int64 // the bound, 0 for none
	paint paint
	count atomic.Int64
}

func (*lines) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes the message. The attributes of the record say the same, so it leaves
// them out.
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	if n := l.count.Add(1); l.most > 0 && n > l.most {
		return nil
	}
	text := "  · " + strings.TrimSpace(r.Message)
	if r.Level >= slog.LevelError {
		text = l.paint.red(text)
	} else {
		text = l.paint.dim(text)
	}
	l.to.line(text)
	return nil
}

// hidden returns the number of lines that were counted and not written.
func (l *lines) hidden() int64 {
	if l.most == 0 {
		return 0
	}
	return max(0, l.count.Load()-l.most)
}

func (l *lines) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *lines) WithGroup(string) slog.Handler      { return l }

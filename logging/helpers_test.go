package logging_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/layer"
)

// logger writes lines without their time.
func logger(b *bytes.Buffer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: level, ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if len(g) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// emitter is a layer that emits some events and then sends the request. The body breaks off when it is
// closed, if an event says so.
type emitter []layer.Event

func (es emitter) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("emitter", es, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (resp *http.Response, err error) {
		for _, e := range es {
			e.Attempt = c.Attempt()
			if e.Kind == layer.BodyLost && e.Err != nil {
				defer func() { resp.Body = broken{resp.Body, e.Attempt, e.Err} }()
				continue
			}
			c.Emit(e)
		}
		return next.RoundTrip(req)
	})
}

// broken is the body of an attempt. When the caller closes it, it emits that it has broken off by err.
type broken struct {
	io.ReadCloser
	of  *layer.Attempt
	err error
}

func (b broken) Close() error {
	b.of.Call().Emit(layer.Event{Kind: layer.BodyLost, Attempt: b.of, Err: b.err})
	return b.ReadCloser.Close()
}

// call sends a GET to u and closes the response body.
func call(ctx context.Context, rt http.RoundTripper, u string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	resp, err := rt.RoundTrip(req)
	if err == nil {
		err = resp.Body.Close()
	}
	return err
}

// messages returns the level and the message of each line of a text handler.
func messages(b *bytes.Buffer) []string {
	var ms []string
	for line := range strings.Lines(b.String()) {
		_, m, _ := strings.Cut(line, "msg=")
		if strings.HasPrefix(m, `"`) {
			m, _, _ = strings.Cut(m[1:], `" http.`)
		} else {
			m, _, _ = strings.Cut(m, " http.")
		}
		level, _, _ := strings.Cut(strings.TrimPrefix(line, "level="), " ")
		ms = append(ms, level+" "+m)
	}
	return ms
}

package otel

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/errtype"
	"github.com/gracy-go/gracy/layer"
)

// A result is what came of one request that was sent.
type result struct {
	series seriesKey
	err    error
}

// resultOf returns the result of an attempt. A status of 400 and more is an error unless the call
// expects it.
func resultOf(ctx context.Context, c *layer.Call, resp *http.Response, err error) result {
	if err != nil {
		return result{seriesKey{errorType: errtype.Of(ctx, err)}, err}
	}
	r := result{series: keyOf(resp)}
	if resp.StatusCode >= 400 && !c.Expect().Accepts(resp.StatusCode) {
		r.series.errorType = strconv.Itoa(resp.StatusCode)
	}
	return r
}

// failed marks a span as failed.
func (t *Telemetry) failed(ctx context.Context, span trace.Span, kind string, err error) {
	span.SetAttributes(semconv.ErrorTypeKey.String(kind))
	t.setError(ctx, span, kind, err)
}

// setError sets the status of a span. Its description is the error, redacted; a status code
// needs none. If a time limit ended the request and the error does not say so, the limit comes first:
// the error of the base may say only that its connection was closed.
func (t *Telemetry) setError(ctx context.Context, span trace.Span, kind string, err error) {
	description := ""
	if err != nil {
		if kind == errtype.Timeout && !ctxerr.ByLimit(err) {
			err = fmt.Errorf("%w: %w", limitOf(ctx), err)
		}
		description = short(t.config.Redactor.Error(err))
	}
	span.SetStatus(codes.Error, description)
}

// limitOf returns the error of the time limit that ended ctx. A deadline that has passed may not have
// ended it yet.
func limitOf(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return context.DeadlineExceeded
}

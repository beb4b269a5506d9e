package otel

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/layer"
)

// The events of our own and their attributes.
const (
	waited    = "gracy.wait"
	replayed  = "gracy.replayed"
	exhausted = "gracy.retries_exhausted"

	kindKey     = attribute.Key("gracy.wait.kind")     // queue, quota, pause, backoff
	durationKey = attribute.Key("gracy.wait.duration") // in seconds
	ruleKey     = attribute.Key("gracy.wait.rule")     // the rule of the limit, the scope of the pause
	vainKey     = attribute.Key("gracy.wait.in_vain")  // whether the request was given up while it waited
	reasonKey   = attribute.Key("gracy.reason")
)

// Wants implements [layer.Observer].
func (t *Telemetry) Wants() layer.Kind {
	if t.tracer == nil {
		return 0
	}
	return layer.WaitEnd | layer.RetryScheduled | layer.Replayed | layer.Exhausted
}

// Observe implements [layer.Observer]. It adds the waits of a call to its span.
func (t *Telemetry) Observe(e layer.Event) {
	held, ok := t.running.Load(e.Call)
	if !ok {
		return
	}
	span := held.(trace.Span)
	switch e.Kind {
	case layer.WaitEnd:
		t.wait(span, e, e.How, time.Now().Add(-e.Wait))
	case layer.RetryScheduled:
		if e.Wait > 0 {
			t.wait(span, e, layer.Backoff, time.Now())
		}
	case layer.Replayed:
		span.AddEvent(replayed, trace.WithAttributes(numberOf(e)...))
	case layer.Exhausted:
		span.AddEvent(exhausted, trace.WithAttributes(append(numberOf(e), reasonKey.String(t.text(e.Text)))...))
	default:
	}
}

// wait adds one wait to a span, at the time at which it began.
func (t *Telemetry) wait(span trace.Span, e layer.Event, how layer.Wait, began time.Time) {
	attrs := append(numberOf(e), kindKey.String(how.String()), durationKey.Float64(brief.Seconds(e.Wait)))
	if e.Text != "" && how != layer.Backoff {
		attrs = append(attrs, ruleKey.String(t.text(e.Text)))
	}
	if e.Text != "" && how == layer.Backoff {
		attrs = append(attrs, reasonKey.String(t.text(e.Text)))
	}
	if e.Kind == layer.WaitEnd && e.Err != nil {
		attrs = append(attrs, vainKey.Bool(true))
	}
	span.AddEvent(waited, trace.WithTimestamp(began), trace.WithAttributes(attrs...))
}

// numberOf returns the number of the attempt that an event is of, if it is of one.
func numberOf(e layer.Event) []attribute.KeyValue {
	if e.Attempt == nil {
		return nil
	}
	return []attribute.KeyValue{attemptKey.Int(e.Attempt.Number())}
}

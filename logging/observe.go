package logging

import (
	"time"

	"github.com/gracy-go/gracy/layer"
)

// Wants implements layer.Observer. The ends of attempts and calls are observed only if Retried
// and Untaken are on, since every call has one.
func (l *Log) Wants() layer.Kind {
	if l.plan.config.Logger == nil {
		return 0
	}
	rare := layer.RetryScheduled | layer.Exhausted | layer.WaitBegin |
		layer.WaitEnd | layer.SlotFreed | layer.Paused | layer.Recorded | layer.Replayed | layer.HookFailed |
		layer.BodyLost
	if l.plan.events[retried].on {
		rare |= layer.AttemptEnd
	}
	if l.plan.events[untaken].on {
		rare |= layer.CallEnd
	}
	return rare
}

// Observe implements [layer.Observer]: it logs the events of other layers.
func (l *Log) Observe(e layer.Event) {
	req := e.Call.Request()
	p := l.of(req.Context())
	if p.config.Logger == nil {
		return
	}
	if k, ok := kindOf(e); ok {
		l.log(p, k, e, req)
	}
}

// elapsed returns how long the attempt has taken, for the kinds of event that follow its outcome. That
// of a broken body includes the body.
func elapsed(k kind, a *layer.Attempt) time.Duration {
	switch k {
	case retry, retried, exhausted, paused, hooked, broken:
	default:
		return 0
	}
	switch {
	case a == nil:
		return 0
	case a.Ended() && k != broken:
		return a.Elapsed()
	}
	return time.Since(a.Start())
}

// kindOf returns the field of Config for an event. It returns false if the event has none.
func kindOf(e layer.Event) (kind, bool) {
	slot := e.How == layer.Queue
	switch e.Kind {
	case layer.RetryScheduled:
		return retry, true
	case layer.Exhausted:
		return exhausted, true
	case layer.AttemptEnd:
		return retried, e.Attempt.Cause() != layer.First
	case layer.WaitBegin:
		if slot {
			return queued, true
		}
		return throttled, e.How != layer.Backoff
	case layer.WaitEnd:
		if slot {
			return acquired, e.Err == nil
		}
		return released, e.How != layer.Backoff
	case layer.SlotFreed:
		return freed, true
	case layer.Paused:
		return paused, true
	case layer.Recorded:
		return recorded, true
	case layer.Replayed:
		return replayed, true
	case layer.HookFailed:
		return hooked, true
	case layer.BodyLost:
		if e.Err != nil {
			return broken, true
		}
		return leaked, true
	case layer.CallEnd:
		return untaken, e.Text != ""
	case layer.CallBegin, layer.BodyEnd:
	}
	return 0, false
}

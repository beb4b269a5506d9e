package logging

import (
	"github.com/gracy-go/gracy/layer"
)

// Wants implements [layer.Observer]. The ends of attempts are observed only if
// Retried is on, since every call has one.
func (l *Log) Wants() layer.Kind {
	if l.plan.config.Logger == nil {
		return 0
	}
	rare := layer.RetryScheduled | layer.Exhausted | layer.WaitBegin |
		layer.WaitEnd | layer.SlotFreed | layer.Paused | layer.Recorded | layer.Replayed | layer.HookFailed |
		layer.BodyLeaked
	if l.plan.events[retried].on {
		return rare | layer.AttemptEnd
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
	switch k, ok := kindOf(e); {
	case !ok:
	case k == retried:
		p.log(k, e, req, e.Attempt.Elapsed())
	default:
		p.log(k, e, req, 0)
	}
}

// kindOf returns the field of Config that an event belongs to, false if none does.
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
		return released, !slot && e.How != layer.Backoff
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
	case layer.BodyLeaked:
		return leaked, true
	case layer.CallBegin, layer.CallEnd, layer.BodyEnd:
	}
	return 0, false
}

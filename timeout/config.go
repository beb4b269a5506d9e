package timeout

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// NoTimeout means no limit. So does a limit of more than a hundred years.
const NoTimeout time.Duration = -1

// The defaults.
const (
	defaultTotal   = 30 * time.Second
	defaultIdle    = 30 * time.Second
	defaultAttempt = 10 * time.Second
)

// longest is the longest limit. It keeps instants within the range of a time.Duration.
const longest = 100 * 365 * 24 * time.Hour

// A Config limits the time of a call.
type Config struct {
	// Total is the time until the headers of the final response, with all attempts
	// and waits. Default 30 s; [NoTimeout] is no limit.
	Total time.Duration
	// Idle is how long a read of the final response's body may receive no data, and how
	// long a request body may make no progress while it is sent. Default 30 s;
	// [NoTimeout] is no limit.
	Idle time.Duration
	// StreamIdle replaces Idle for the response body of a stream, such as a watch, which
	// may be quiet for minutes. A stream is a request that accepts text/event-stream
	// first, has the query parameter watch=true, or is declared by [transport.Streams], and
	// any response of the type text/event-stream. Default: Idle; [NoTimeout] is no limit.
	StreamIdle time.Duration
	// FromUpload makes Total count from the latest progress of the request body, so that
	// it does not end an upload that makes progress. Default: Total counts from the start
	// of the call and includes uploads.
	FromUpload bool
}

// Attach implements [transport.Override]: c replaces the Config of the layer for calls made
// with the context. Attach panics if [New] would.
func (c Config) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, c.limits())
}

// Off is an override that switches off the limits of [New] and of [PerAttempt]:
//
//	ctx = transport.With(ctx, timeout.Off)
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(layer.WithSetting(ctx, limits{}), attemptLimit(0))
}

// String returns "timeout: off".
func (off) String() string { return "timeout: off" }

// limits is a Config with its defaults filled in. 0 means no limit.
type limits struct {
	total, idle time.Duration
	stream      time.Duration // the idle limit of a stream
	fromUpload  bool
}

// Needs returns the layer that a limit needs.
func (l limits) Needs() string {
	if l.total == 0 && l.idle == 0 && l.stream == 0 {
		return ""
	}
	return layerName
}

func (c Config) limits() limits {
	idle := limit("Idle", c.Idle, defaultIdle)
	return limits{limit("Total", c.Total, defaultTotal), idle, limit("StreamIdle", c.StreamIdle, idle), c.FromUpload}
}

func limit(name string, d, otherwise time.Duration) time.Duration {
	switch {
	case d == 0:
		return otherwise
	case d == NoTimeout, d > longest:
		return 0
	case d < 0:
		panic("timeout: " + name + " is negative: " + d.String())
	}
	return d
}

// shown returns a limit as String prints it.
func shown(d time.Duration) string {
	if d == 0 {
		return "off"
	}
	return d.String()
}

package concurrency

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// Streams says whether a [Limit] counts streams, other requests or both. A stream is a request
// whose response body may never end: one that accepts text/event-stream before any other
// type, has the query parameter watch=true, or is declared by [transport.Streams]. A request that
// accepts text/event-stream after application/json, as each call of an MCP client does, is
// not a stream.
type Streams uint8

// The values of [Limit.Streams]. The zero value counts streams and all other requests.
const (
	OnlyStreams   Streams = 1
	ExceptStreams Streams = 2
)

// String returns " of streams", " without streams", or "" for the zero value. It is part of
// the text of a [Limit].
func (s Streams) String() string {
	switch s {
	case OnlyStreams:
		return " of streams"
	case ExceptStreams:
		return " without streams"
	}
	return ""
}

// matches reports whether l counts req.
func (l *limit) matches(c *layer.Call, req *http.Request) bool {
	return l.match.Match(c, req) && l.counts(req)
}

// counts is matches for a request that is known to match all fields except Streams.
func (l *limit) counts(req *http.Request) bool {
	return l.Streams == 0 || declare.IsStream(req) == (l.Streams == OnlyStreams)
}

// treatsStreamsApart reports whether a limit counts only streams, or everything except streams.
func (l *Limiter) treatsStreamsApart() bool {
	return slices.ContainsFunc(l.limits, func(each *limit) bool { return each.Streams != 0 })
}

// explainStreams warns if all limits count only streams, and notes the reverse.
func (l *Limiter) explainStreams(p *transport.Plan) {
	var each [ExceptStreams + 1]int
	for _, limit := range l.limits {
		each[limit.Streams]++
	}
	switch len(l.limits) {
	case each[OnlyStreams]:
		p.Warn("concurrency: every limit counts streams only: no other request is limited")
	case each[ExceptStreams]:
		p.Note("concurrency: streams are not limited")
	}
}

package transport

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/internal/stack"
)

// Needs returns the names of the layers without which an override has no effect: "retry" for a
// retry.Policy. It is empty for an override that needs no layer, such as each Off, and for one that
// concerns no single layer, such as an [Expect], a [Route] or a [Priority].
//
// In an endpoint of package parse, an override whose layer is missing is an error, and nothing is
// sent. In a context it may be meant for another client, so the call goes on and its ledger has a
// note.
func Needs(o Override) []string {
	list := setting.ListOf(With(context.Background(), o))
	return list.Untaken(nil, true, func(string) bool { return false })
}

// CheckNeeds warns of each override whose layer is not in the stack, or may be missing because part
// of the stack cannot be seen. It adds a note if streams are declared and no layer treats them
// apart.
func (p *Plan) CheckNeeds(rt http.RoundTripper, overrides ...Override) {
	for _, o := range overrides {
		for _, name := range Needs(o) {
			switch takes, known := stack.Takes(rt, name); {
			case takes:
			case known:
				p.Warn("the override for %s has no effect: the stack has no %s layer that is on", name, name)
			default:
				p.Warn("the override for %s may have no effect: no %s layer is in the part of the stack that can be seen", name, name)
			}
		}
	}
	declared, apart := false, false
	for _, t := range p.traits {
		declared, apart = declared || t.Streams, apart || t.Apart
	}
	if declared && !apart {
		p.Note("streams: no layer of the stack treats them apart: set Limit.Streams of concurrency or Config.StreamIdle of timeout")
	}
}

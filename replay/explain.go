package replay

import (
	"fmt"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/transport"
)

// Explain describes what the tape does, as transport.Explainer.
func (t *Tape) Explain(p *transport.Plan) {
	sends := !t.IsOff() && t.opts.Mode != ModeReplay
	p.Describe(transport.Traits{Tapes: true, Single: true, Identifies: sends && t.opts.Identity == nil})
	switch {
	case t.IsOff():
		p.Note("replay: off")
	case t.opts.Mode == ModeReplay && len(t.passes) > 0:
		p.Note("replay: responds from the tape; only what PassThrough names is sent")
		each(p.Note, "PassThrough", t.opts.PassThrough, "%s is sent")
	case t.opts.Mode == ModeReplay:
		p.Note("replay: responds from the tape alone, nothing is sent")
		p.Sends = 0
	default:
		p.Note("replay: mode %s, secrets masked; request bodies up to %s and responses up to %s are kept in memory",
			t.opts.Mode, brief.Size(t.opts.MaxRequest), brief.Size(t.opts.MaxBody))
		each(p.Warn, "KeepSecrets", t.opts.KeepSecrets, "secrets in responses of %s are recorded unmasked")
		each(p.Note, "PassThrough", t.opts.PassThrough, "%s is sent and not recorded")
		if t.opts.RejectUnsafe {
			p.Note("replay: RejectUnsafe: only GET, HEAD, OPTIONS and TRACE are sent")
		}
		p.Buffered += t.opts.MaxRequest + t.opts.MaxBody
	}
	if !t.IsOff() {
		t.opts.explain(p)
	}
}

// each prints a sentence for each name in an option.
func each(say func(string, ...any), option string, names []string, sentence string) {
	lines := make([]string, len(names))
	for i, name := range names {
		lines[i] = fmt.Sprintf(sentence, name)
	}
	for _, line := range brief.Lines(lines) {
		say("replay: %s: %s", option, line)
	}
}

// explain prints what decides which recording responds, if that is not the default.
func (o *Options) explain(p *transport.Plan) {
	if o.Ordered && o.Mode == ModeReplay {
		p.Note("replay: Ordered: replays in the order of the whole tape")
	}
	if o.MaxAge > 0 || !o.Since.IsZero() {
		var limits []string
		if o.MaxAge > 0 {
			limits = append(limits, "older than "+o.MaxAge.String())
		}
		if !o.Since.IsZero() {
			limits = append(limits, "from before "+o.Since.UTC().Format(time.RFC3339))
		}
		p.Note("replay: recordings %s are too old: %s", strings.Join(limits, " or "), o.Expired.fate(o.Mode))
	}
	if o.Fallback != nil {
		p.Note("replay: Fallback may respond to a miss")
	}
}

// fate says in words what happens to recordings that are too old.
func (e Expired) fate(mode Mode) string {
	switch {
	case mode == ModeRecord:
		return "ignored"
	case e.serves(mode):
		return "replayed anyway"
	case e == ExpiredFallback:
		return "replayed if no response arrives"
	case e == ExpiredRejected, mode == ModeReplay:
		return "a miss"
	}
	return "recorded anew"
}

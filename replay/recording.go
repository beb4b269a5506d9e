package replay

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay/store"
)

// recording is one exchange in progress.
type recording struct {
	tape     *Tape
	call     *layer.Call
	attempt  *layer.Attempt // nil outside of a ledger
	request  *captured
	mode     Mode
	fallback bool // whether an old recording replaces a failure
	again    bool // whether the responses on the tape did not end
	id       store.ID
	start    time.Time
	first    time.Duration // to the headers or the error
	over     time.Duration // to where the caller left a body; 0 for any other end

	resp *http.Response // what the caller has and may change
	head store.Response // it as it came, without its body

	// What follows is here because a recording and its body take one allocation.
	body     recordedBody     // the body of resp, if it has one
	writerTo recordedWriterTo // body, if the one as it came has a WriteTo
}

// fail records a transport error.
func (r *recording) fail(err error) {
	r.record(new(recorded), nil, r.tape.masker.fault(err), true)
}

// respond begins to record a response. Without a body it is recorded at once, otherwise at the end
// of the body.
func (r *recording) respond(resp *http.Response) {
	r.resp = resp
	r.head = store.Response{
		Status: resp.Status, StatusCode: resp.StatusCode, Proto: resp.Proto, Header: resp.Header.Clone(), ContentLength: resp.ContentLength,
		TransferEncoding: slices.Clone(resp.TransferEncoding), Uncompressed: resp.Uncompressed, Close: resp.Close,
	}
	if resp.Body == nil || resp.Body == http.NoBody {
		r.finish(readBody{none: true}, nil, true)
		return
	}
	resp.Body = newRecordedBody(resp.Body, r)
}

// readBody is what was read of a body.
type readBody struct {
	content []byte
	spill   *spill // where the body is, nil if in content
	size    int64
	pieces  []store.Piece
	none    bool // there was no body at all
	read    bool // a read is still under way, and may fill in the trailer
}

// finish records a response whose body is over: it has ended, broken off with a fault, or been left
// by the caller.
func (r *recording) finish(body readBody, fault *store.Fault, complete bool) {
	q := new(recorded)
	resp := &q.response
	*resp = r.head
	resp.Body, resp.Pieces, resp.NoBody = body.content, body.pieces, body.none
	q.exchange.Response = resp
	if complete && !body.read {
		resp.Trailer = r.resp.Trailer.Clone()
	}
	if !r.record(q, body.spill, fault, complete) {
		body.spill.drop()
	}
}

// record queues an exchange, of which q has the response, for the store, and reports whether it
// did. A body may be in parts, which are then kept.
func (r *recording) record(q *recorded, body *spill, fault *store.Fault, complete bool) bool {
	t := r.tape
	if fault != nil && fault.Kind != store.FaultCallerLeft && r.fallback {
		t.counts.skipped.Add(1)
		r.unrecorded("an expired recording stands in for the failure")
		return false
	}
	if !t.capturer.complete(r.request) {
		// The server responded before it had read the request, or the caller's
		// body failed: what was asked cannot be known.
		t.counts.skipped.Add(1)
		r.unrecorded("the request was not read to its end")
		return false
	}
	x := &q.exchange
	*x = store.Exchange{
		ID: r.id, Key: r.request.keys[0], Request: *r.request.record, Response: x.Response, Fault: fault,
		Start: r.start, FirstByte: r.first, Total: cmp.Or(r.over, time.Since(r.start)),
		Route: t.masker.literals(r.call.Route()), Complete: complete,
		Identity: r.request.identity, Secrets: r.request.secrets,
	}
	if r.attempt != nil {
		x.Attempt = r.attempt.Number()
	}
	if body != nil {
		body.flush()
		x.SetMissingBody(body.size)
	}
	if !t.opts.beforeRecord(x) {
		t.counts.skipped.Add(1)
		return false
	}
	switch {
	case x.MissingBody() == 0:
		body.drop() // a fault, or a body from the hook, replaces it
		body = nil
	case body.leaks:
		t.counts.withheld.Add(1)
		t.errs.report(fmt.Errorf("%w: %s", ErrSecret, t.masker.named(x)))
		return false
	case body.late:
		t.counts.incomplete.Add(1)
		r.unrecorded("the request ended before the store had taken the body")
		return false
	case !complete:
		// The parts take space and would never be replayed.
		t.counts.incomplete.Add(1)
		r.unrecorded("the body did not end")
		return false
	}
	p := &q.pending
	p.Exchange, p.spill, p.masker, p.keep = x, body, &t.masker, t.keepers.Match(r.call, r.request.send)
	cut := x.CallerLeft()
	switch {
	case complete:
		p.Replace = r.replace(x)
	case cut:
		if r.unfinished(x.Key) {
			p.Replace = t.session
		}
		t.counts.cut.Add(1)
		r.note(fmt.Sprintf("on the tape up to byte %d, where its caller left", len(x.Response.Body)))
	default:
		t.counts.incomplete.Add(1)
		r.note("recorded, but never replayed: the body did not end")
	}
	vary := t.sequences.by.names(x.Response) // nobody else has it before it is queued
	if !t.writer.add(p) {
		return false
	}
	if !complete && !cut {
		return true
	}
	if complete && r.mode == ModeSmart {
		t.sequences.advance(x, vary)
	}
	count := t.counts.taken.Add(1)
	if r.call.Wants(layer.Recorded) {
		r.call.Emit(layer.Event{Kind: layer.Recorded, Layer: layerName, Attempt: r.attempt, Response: r.resp, Count: count})
	}
	return true
}

// tooLong reports that a response is longer than what is recorded.
func (r *recording) tooLong() {
	t := r.tape
	t.counts.skipped.Add(1)
	t.counts.tooLong.Add(1)
	why := fmt.Sprintf("the body is longer than MaxBody, %d bytes", t.opts.MaxBody)
	r.unrecorded(why)
	t.errs.notify(&tooLongError{t.opts.MaxBody, t.masker.literals(methodOf(r.request.send.Method) + " " + r.call.Route())})
}

// unrecorded notes in the ledger why an exchange is not on the tape.
func (r *recording) unrecorded(why string) { r.note("not recorded: " + why) }

func (r *recording) note(text string) {
	if r.attempt != nil {
		r.attempt.AddNote(text)
	}
}

// replace returns the ID below which a new exchange replaces those of its key. ModeRecord replaces
// those of earlier sessions. ModeSmart replaces those that are too old, or all of earlier sessions
// if none has its end, which is why the request was sent.
func (r *recording) replace(x *store.Exchange) store.ID {
	switch r.mode {
	case ModeRecord:
		return r.tape.session
	case ModeSmart:
		if r.again && r.unfinished(x.Key) {
			return r.tape.session
		}
		if cutoff := r.tape.opts.cutoff(r.start); cutoff > 0 {
			return cutoff + 1
		}
	case ModeReplay, Off:
	}
	return 0
}

// unfinished reports whether an exchange of a key replaces only ones that did not end. Its caller
// waits for that as for the rest of a body, whatever the context says: it may have ended the body.
// An exchange of which it is not known replaces nothing.
func (r *recording) unfinished(key store.Key) bool {
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.request.send.Context()), r.tape.opts.RestWait)
	defer stop()
	return r.tape.sequences.unfinished(ctx, key, r.tape.session)
}

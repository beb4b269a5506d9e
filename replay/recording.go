package replay

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay/store"
)

// recording is one exchange while it happens.
type recording struct {
	tape     *Tape
	call     *layer.Call
	attempt  *layer.Attempt // nil outside of a ledger
	request  *captured
	mode     Mode
	fallback bool // an old recording stands in for failures
	id       store.ID
	start    time.Time
	first    time.Duration // to the headers or the error

	resp *http.Response // what the caller has and may change
	head http.Response  // a copy of it as it came
}

// fail records a transport error.
func (r *recording) fail(err error) {
	r.record(nil, r.tape.masker.fault(err), true)
}

// respond begins to record a response: at once if it has no body, else at the
// end of the body.
func (r *recording) respond(resp *http.Response) {
	r.resp = resp
	r.head = *resp
	r.head.Header = resp.Header.Clone()
	if resp.Body == nil || resp.Body == http.NoBody {
		r.finish(nil, true, nil, true)
		return
	}
	resp.Body = newRecordedBody(resp.Body, r)
}

// finish records a response whose body is over: to its end, or broken off by
// err, or closed by the caller before. none says that there was no body at all.
func (r *recording) finish(body []byte, none bool, err error, complete bool) {
	h := &r.head
	resp := &store.Response{
		Status: h.Status, StatusCode: h.StatusCode, Proto: h.Proto, Header: h.Header, Body: body,
		NoBody: none, ContentLength: h.ContentLength,
		TransferEncoding: slices.Clone(h.TransferEncoding), Uncompressed: h.Uncompressed, Close: h.Close,
	}
	if complete { // else a read may still be under way, and fill it
		resp.Trailer = r.resp.Trailer.Clone()
	}
	var fault *store.Fault
	if err != nil {
		fault = r.tape.masker.fault(err)
	}
	r.record(resp, fault, complete)
}

// record queues the exchange for the store.
func (r *recording) record(resp *store.Response, fault *store.Fault, complete bool) {
	t := r.tape
	if fault != nil && r.fallback {
		t.counts.skipped.Add(1)
		r.unrecorded("an old recording stands in for failures")
		return
	}
	if !t.capturer.complete(r.request) {
		// The server responded before it had read the request, or the caller's
		// body failed: what was asked cannot be known.
		t.counts.skipped.Add(1)
		return
	}
	x := &store.Exchange{
		ID: r.id, Key: r.request.key, Request: *r.request.record, Response: resp, Fault: fault,
		Start: r.start, FirstByte: r.first, Total: time.Since(r.start),
		Route: t.masker.literals(r.call.Route()), Complete: complete,
		Identity: r.request.identity, Secrets: r.request.secrets,
	}
	if r.attempt != nil {
		x.Attempt = r.attempt.Number()
	}
	if !t.opts.beforeRecord(x) {
		t.counts.skipped.Add(1)
		return
	}
	p := &pending{Entry: store.Entry{Exchange: x}, named: t.masker.named(x), mask: t.masker.exchange, keep: t.keepers.has(r.call, r.request.send)}
	if complete {
		p.Replace = r.replace()
	} else {
		t.counts.incomplete.Add(1)
		r.unrecorded("the body did not end")
	}
	if !t.writer.add(p) || !complete {
		return
	}
	if r.mode == ModeSmart {
		t.sequences.advance(x)
	}
	count := t.counts.taken.Add(1)
	if r.call.Wants(layer.Recorded) {
		r.call.Emit(layer.Event{Kind: layer.Recorded, Layer: layerName, Attempt: r.attempt, Response: r.resp, Count: count})
	}
}

// tooLong says of a response that it is longer than what is recorded.
func (r *recording) tooLong() {
	t := r.tape
	t.counts.skipped.Add(1)
	t.counts.tooLong.Add(1)
	why := fmt.Sprintf("the body is longer than MaxBody, %d bytes", t.opts.MaxBody)
	r.unrecorded(why)
	t.errs.notify(&tooLongError{t.opts.MaxBody, t.masker.literals(methodOf(r.request.send.Method) + " " + r.call.Route())})
}

// unrecorded says in the ledger why an exchange will not be replayed.
func (r *recording) unrecorded(why string) {
	if r.attempt != nil {
		r.attempt.AddNote("not on the tape: " + why)
	}
}

// replace returns the ID below which the exchange replaces those of its key: in
// ModeRecord those of earlier sessions, in ModeSmart those that are too old.
func (r *recording) replace() store.ID {
	switch r.mode {
	case ModeRecord:
		return r.tape.session
	case ModeSmart:
		if cutoff := r.tape.opts.cutoff(r.start); cutoff > 0 {
			return cutoff + 1
		}
	case ModeReplay, Off:
	}
	return 0
}

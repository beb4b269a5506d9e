package replay

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A MissReason says why the tape had no response.
type MissReason string

// The reasons of a miss.
const (
	MissUnknown    MissReason = "unknown"    // no exchange of such a request
	MissExpired    MissReason = "expired"    // only older ones than MaxAge or Since allow
	MissFiltered   MissReason = "filtered"   // only ones that Discard or DiscardBad leave out
	MissIncomplete MissReason = "incomplete" // only ones whose response did not end, other than by its caller (see store.CutError)
	MissConsumed   MissReason = "consumed"   // all were replayed, and End is EndMiss
	MissOrder      MissReason = "order"      // Options.Ordered, and another request is the next one
	MissIdentity   MissReason = "identity"   // only ones made with other credentials, and with more than one
	MissVaries     MissReason = "varies"     // only ones with other values of a header that Vary of the response names
)

// A MissError says that the tape has no exchange for a request. Nothing was sent: it matches
// [ErrMiss] and verdict.ErrRejected. It holds only what is on the tape or would be, so no secret.
type MissError struct {
	Method string
	URL    string // what was asked, redacted
	Route  string // path template of the call
	Reason MissReason
	// Nearest is the method and URL of the most similar exchange on the tape, or of the next one
	// if Reason is MissOrder. It is "" if the tape is empty, or for a reason other than
	// MissUnknown, MissVaries and MissOrder. It is of another host only if the tape has no
	// exchange of the requested host.
	Nearest string
	// Differences are the first 16 places in which the request differs from the
	// nearest one, and More counts the others.
	Differences []Difference
	More        int
	// Recorded is when the request was first recorded, if Reason is MissExpired, MissFiltered or
	// MissIncomplete, else zero.
	Recorded time.Time
	// Identities is how many identities the tape holds for the request, if Reason is
	// MissIdentity.
	Identities int
	// Masked says where the request has a mask of the tape in place of a credential, such as
	// "header Authorization", if that is why ModeSmart did not send it. Reason is then
	// MissIdentity if several identities have recorded the request, else MissUnknown, even if a
	// recording is too old or was replayed already.
	Masked string
}

// Error names the request, the reason, and how the nearest exchange differs, or what
// leaves the recording out.
func (e *MissError) Error() string {
	asked := e.Method + " " + e.URL
	if e.Masked != "" {
		which, with := "", ""
		if e.Reason == MissIdentity { // recording it the same way would give as many again
			which = fmt.Sprintf(", which may stand for any of %d identities", e.Identities)
			with = " with Options.Identity"
		}
		return fmt.Sprintf("replay: %s is not on tape and was not sent: its credential (%s) is a mask of the tape%s: "+
			"name the request that returned the mask in Options.PassThrough, or record it anew%s", asked, e.Masked, which, with)
	}
	text := fmt.Sprintf("replay: %s is not on tape: %s", asked, e.Reason)
	switch e.Reason {
	case MissIdentity:
		return text + fmt.Sprintf(": the tape has it for %d identities, but not for this credential", e.Identities)
	case MissExpired:
		return text + fmt.Sprintf(": it was recorded on %s, longer ago than MaxAge or Since allows", e.Recorded.UTC().Format(time.RFC3339))
	case MissFiltered:
		return text + ": Discard or DiscardBad leaves out its recordings"
	case MissIncomplete:
		return text + ": its recorded response broke off"
	case MissConsumed:
		return text + ": all its responses have been replayed, and Options.End repeats none"
	case MissUnknown, MissVaries, MissOrder:
	}
	which := "the nearest"
	if e.Reason == MissOrder {
		which = "the next one"
	}
	switch e.Nearest {
	case "":
		return text
	case asked:
		text += "; " + which + " differs in "
	default:
		text += "; " + which + " is " + e.Nearest + ", which differs in "
	}
	return text + inWords(e.Differences, e.More)
}

// Is reports whether target is ErrMiss or verdict.ErrRejected.
func (e *MissError) Is(target error) bool {
	return target == ErrMiss || target == verdict.ErrRejected
}

// miss returns the error that explains why the tape has no exchange for a request.
func (t *Tape) miss(ctx context.Context, c *layer.Call, p *captured, f found) *MissError {
	safe := t.masker.literals
	e := &MissError{
		Method: safe(methodOf(p.record.Method)), URL: safe(p.record.URL), Route: safe(c.Route()), Reason: f.why, Identities: f.identities,
	}
	c.SetStopReason("not on tape: " + string(f.why))
	switch f.why {
	case MissUnknown, MissVaries, MissOrder:
		near := []*store.Exchange{f.due}
		if f.due == nil {
			near = neighborsOf(ctx, p.keys[0], t.writer.reads)
		}
		compared := comparer{by: t.sequences.by, masker: t.masker}
		if x, l := compared.nearest(p.record, near); x != nil {
			e.Nearest = safe(methodOf(x.Request.Method) + " " + x.Request.URL)
			e.Differences, e.More = differences(l, safe), l.More
		}
	case MissExpired, MissFiltered, MissIncomplete:
		if x, err := t.sequences.first(ctx, f.keys, 0); err == nil && x != nil {
			e.Recorded = x.Start
		}
	case MissConsumed, MissIdentity:
	}
	return e
}

// neighborsOf returns the exchanges with which a miss is compared: those of the host or, if the
// tape has none, its first ones.
func neighborsOf(ctx context.Context, key store.Key, of reads) []*store.Exchange {
	near, err := of.near(ctx, key, neighbors)
	if err != nil || len(near) > 0 {
		return near // it is a miss without them too
	}
	for x, err := range of.scan(ctx, 0) {
		if err != nil || len(near) == neighbors {
			break
		}
		near = append(near, x)
	}
	return near
}

// reject returns a miss, or what the fallback has for it.
func (o *Options) reject(c *layer.Call, req *http.Request, miss *MissError) (*http.Response, error) {
	if o.Fallback == nil {
		return layer.Reject(req, miss)
	}
	resp, err := o.Fallback(req, miss)
	if resp == nil && err == nil {
		return layer.Reject(req, miss)
	}
	if err != nil {
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		return layer.Reject(req, rejection{err})
	}
	c.SetOffline()
	if a := layer.AttemptFrom(req.Context()); a != nil {
		a.AddNote("the response comes from Options.Fallback")
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	complete(resp, req)
	return resp, nil
}

// complete sets the fields of a fallback's response that net/http would set, unless they are set.
func complete(resp *http.Response, req *http.Request) {
	if resp.Request == nil {
		resp.Request = req
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Header == nil {
		resp.Header = make(http.Header)
	}
	if resp.Status == "" {
		resp.Status = statusText(resp.StatusCode)
	}
	if resp.Proto == "" {
		resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/1.1", 1, 1
	}
	if resp.ContentLength == 0 && resp.Body != http.NoBody {
		resp.ContentLength = -1
	}
}

// safe reports whether a method asks for no change (RFC 9110 9.2.1).
func safe(method string) bool {
	switch methodOf(method) {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// rejection marks an error other than a miss with which nothing was sent.
type rejection struct{ error }

func (r rejection) Unwrap() error { return r.error }

func (r rejection) Is(target error) bool { return target == verdict.ErrRejected }

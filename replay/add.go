package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

var (
	errNoOutcome = errors.New("replay: the exchange has neither a response nor a fault")
	errMissing   = errors.New("replay: the exchange lacks its body, which its store keeps in parts")
	errUnnamed   = errors.New("replay: the exchange has a request that cannot be recorded")
)

// added gives IDs to exchanges that were not recorded by this tape.
type added struct {
	tape    *Tape
	earlier bool // whether there are exchanges of earlier sessions

	mu   sync.Mutex // mu guards last, and is held while an exchange is added
	last store.ID
}

// Add records an exchange that was made elsewhere, such as by another recorder, as if this tape
// had made it: the options apply, secrets in its request and response are masked, and it is found
// at once. It replaces nothing. Its place on the tape is that of its Start, or of the call of Add
// if that comes later. A zero Start is now. The bodies of request and response are whole, and as
// net/http has them: for an exchange whose body a [store.PartStore] keeps apart, see
// [store.Exchange.RestoreBody]. Key and ID are ignored. Add neither changes nor keeps x.
//
// It returns an error that matches store.ErrReadOnly in ModeReplay, [ErrClosed], an
// http.MaxBytesError for a response over MaxBody, or what is wrong with x. It is not an error if
// the options leave x out (Discard, DiscardBad, BeforeRecord, a fault without Errors):
// Stats.Skipped counts that. What is found later, such as [ErrSecret], is returned by Flush. On a
// tape that is off Add does nothing. BeforeRecord must not call Add.
func (t *Tape) Add(x *store.Exchange) error {
	switch {
	case t.IsOff():
		return nil
	case t.opts.Mode == ModeReplay:
		return store.ErrReadOnly
	case x.Response == nil && x.Fault == nil:
		return errNoOutcome
	case x.MissingBody() > 0:
		return errMissing // on this tape there would be no parts of it
	case x.Response != nil && int64(len(x.Response.Body)) > t.opts.MaxBody:
		t.counts.skipped.Add(1)
		t.counts.tooLong.Add(1)
		return &tooLongError{t.opts.MaxBody, t.masker.literals(methodOf(x.Request.Method) + " " + t.masker.url(x.Request.URL))}
	}
	u, err := url.Parse(x.Request.URL)
	if err != nil {
		return fmt.Errorf("replay: the URL of the exchange: %w", errors.Unwrap(err)) // without the URL
	}
	req := requestOf(&x.Request, u)
	if body := x.Request.Body; len(body) > 0 {
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	if !t.opts.Errors && x.Fault != nil && x.Response == nil || t.opts.discards(x) || t.passes.Match(nil, req) {
		t.counts.skipped.Add(1)
		return nil
	}
	p, err := t.capturer.capture(req, ModeSmart)
	if err != nil {
		return err
	}
	if p.record == nil {
		return errUnnamed
	}
	if x.Request.BodySum != nil {
		p.record.Body, p.record.BodySum, p.record.BodySize = nil, bytes.Clone(x.Request.BodySum), x.Request.BodySize
		p.keys[0] = t.capturer.match.key(p.record).As(p.identity, p.secrets)
	}
	y := clone(x)
	y.Request, y.Key, y.Identity, y.Secrets = *p.record, p.keys[0], p.identity, p.secrets
	if y.Start.IsZero() {
		y.Start = time.Now()
	}
	if y.Route == "" {
		y.Route = y.Request.ParseURL().EscapedPath()
	}
	y.Route = t.masker.literals(y.Route)
	if y.Fault != nil {
		y.Fault.Text = t.masker.red.Text(y.Fault.Text)
	}
	t.added.mu.Lock()
	defer t.added.mu.Unlock()
	if y.ID, err = t.added.freeIDLocked(y.Start); err != nil {
		return err
	}
	if !t.opts.beforeRecord(y) {
		t.counts.skipped.Add(1)
		return nil
	}
	pending := &pending{Entry: store.Entry{Exchange: y}, masker: &t.masker, keep: t.keepers.Match(nil, req)}
	if !t.writer.add(pending) {
		return ErrClosed
	}
	t.counts.taken.Add(1)
	return nil
}

// freeIDLocked returns a free ID of a moment, above those that were added before. The caller holds
// mu.
func (a *added) freeIDLocked(start time.Time) (store.ID, error) {
	id := max(store.IDAt(start), a.last+1)
	if id >= a.tape.session {
		id = a.tape.ids.next(start)
	} else if a.earlier {
		for x, err := range a.tape.store.Scan(id - 1) {
			if err != nil {
				return 0, err
			}
			if x.ID != id {
				break
			}
			id++
		}
	}
	a.last = id
	return id, nil
}

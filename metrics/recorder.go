package metrics

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A Recorder counts the calls of one client, or of several that share it. It is a
// [transport.Layer], a [prometheus.Collector] and [prometheus.Gatherer], and a source of
// [Snapshot] values, all of which read the same counts.
//
// Use [New]. All methods are safe for concurrent use.
type Recorder struct {
	client  string
	waiting [waitKinds]atomic.Int64
	buckets atomic.Uint32 // Buckets; 0 is the default
	store   atomic.Pointer[store]
	replace sync.Mutex // replace guards the replacement of store and of its kept calls
	sources sources
	scrape  sync.Mutex // scrape guards the pictures of the series

	exemplars atomic.Pointer[func(context.Context) prometheus.Labels]
	descs     *descs

	_        [64]byte // keeps what every call writes, below, apart from what is only read, above
	inFlight atomic.Int64
}

// New returns a recorder for the named client. The name becomes the label "client" of all its
// series and the title of its reports. Recorders registered together need different names.
func New(client string) *Recorder {
	client = label(client)
	r := &Recorder{client: client, descs: newDescs(client)}
	r.store.Store(newStore(new(route.Owner), 0))
	return r
}

// Wrap puts the recorder around next. Its place is outermost, where a call is what the caller
// sees. A nil next means http.DefaultTransport.
//
// The recorder shows the figures, such as the slots in use, of the first 64 layers of its stacks that
// have any. A limit that is in none of the stacks any more is dropped once the garbage collector has
// found that. So a program may make its stack again with new limits, around the same recorder. Up to
// 64 tapes stay, since they count.
func (r *Recorder) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("metrics", r, next, r.sources.wrap(r, next).trip)
}

func (w *wrapped) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	r := w.Recorder
	r.inFlight.Add(1)
	defer r.inFlight.Add(-1)
	own := layer.AttemptFrom(req.Context())
	resp, err := next.RoundTrip(req)
	st, exemplar := r.store.Load(), r.exemplars.Load()
	if resp == nil || c.Count() > 1 || !st.plain(c, req, resp, exemplar) {
		st.count(req.Context(), c, own.Number(), judge(own, resp, err), exemplar)
	}
	return resp, err
}

// Wants implements [layer.Observer]. It names the events that cannot be read from a finished call.
func (r *Recorder) Wants() layer.Kind {
	return layer.WaitBegin | layer.WaitEnd | layer.Exhausted | layer.Recorded | layer.Paused | layer.BodyLost
}

// Observe implements layer.Observer. It keeps the gauges of waiters and counts what is not in the
// ledger of a call. Stacks call it. Users do not.
func (r *Recorder) Observe(e layer.Event) {
	switch e.Kind {
	case layer.WaitBegin:
		r.wait(e.How, 1)
	case layer.WaitEnd:
		r.wait(e.How, -1)
		r.store.Load().rules.count(e)
	case layer.Exhausted:
		r.seriesOf(e.Call).exhausted.Add(1)
		if e.OutOfBudget() {
			r.store.Load().denied.Add(1)
		}
	case layer.Paused:
		r.store.Load().pauses.Add(1)
	case layer.BodyLost:
		r.lost(e)
	case layer.Recorded:
		r.seriesOf(e.Call).recorded.Add(1)
	default:
	}
}

// lost counts a body that broke off or was never closed, unless its response arrived before a Reset. A
// kept call gets its notes when its body ends. What ends the body itself, such as an idle limit, does
// so before it reports that.
func (r *Recorder) lost(e layer.Event) {
	st, a := r.store.Load(), e.Attempt
	if a != nil && a.Start().Add(a.Elapsed()).Before(st.start) {
		return
	}
	sr, _ := st.find(e.Call.Request().Method, e.Call.RouteName())
	if e.Err == nil {
		sr.bodiesLeaked.Add(1)
		return
	}
	sr.bodiesBroken.Add(1)
	if k := st.kept.Load(); k != nil && a != nil && a.BodyEnded() {
		k.noted(a)
	}
}

func (r *Recorder) wait(how layer.Wait, n int64) {
	if how < waitKinds {
		r.waiting[how].Add(n)
	}
}

func (r *Recorder) seriesOf(c *layer.Call) *series {
	s, _ := r.store.Load().find(c.Request().Method, c.RouteName())
	return s
}

// Snapshot returns what has been counted. It costs about a microsecond a series and does not
// delay calls. A call that ends meanwhile may be counted in one field and not yet in another.
func (r *Recorder) Snapshot() Snapshot {
	st, now := r.store.Load(), time.Now()
	s := Snapshot{
		Client:   r.client,
		From:     st.start,
		To:       now,
		InFlight: r.inFlight.Load(),
		Waiting: Waiting{
			Queue:   r.waiting[layer.Queue].Load(),
			Quota:   r.waiting[layer.Quota].Load(),
			Pause:   r.waiting[layer.Pause].Load(),
			Backoff: r.waiting[layer.Backoff].Load(),
		},
		Overflow: st.overflow.Load(),
	}
	for _, sr := range st.folded() {
		s.Rows = append(s.Rows, sr.row(r.client, st.began(now)))
	}
	s.mergeRows()
	return s
}

// Reset sets all counters to zero. The gauges of running calls and waiters remain. To Prometheus
// it is a counter reset, like a restart of the process. Bodies of responses that arrived before
// it are no longer counted, and earlier calls are no longer kept.
func (r *Recorder) Reset() {
	r.replace.Lock()
	defer r.replace.Unlock()
	old := r.store.Load()
	fresh := newStore(old.owner, old.round+1)
	if k := old.kept.Load(); k != nil {
		fresh.keep(len(k.calls))
	}
	r.store.Store(fresh)
}

// Explain implements [transport.Explainer].
func (r *Recorder) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Counts: true, Single: true})
	p.Note("metrics: client %q, at most %d routes", r.client, maxRoutes)
}

package admission

import (
	"encoding/binary"

	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// queueKey says which demands share a queue. It is short, since it is on the stacks of waiting
// requests.
type queueKey struct {
	group *group
	first [idsInKey]int64 // the numbers of the resources
	more  string
}

// idsInKey is how many resource numbers a queueKey has without an allocation.
const idsInKey = 2

// queues holds the queues that are in use.
type queues struct {
	byKey   map[queueKey]*Queue
	groups  map[pauses.Key]*group
	due     heap // the queues whose head may leave with time
	waiting int
}

// key returns the key of a demand whose resources are known.
func (qs *queues) key(g *group, d *Demand) queueKey {
	k := queueKey{group: g}
	for i := range min(d.n, idsInKey) {
		k.first[i] = d.Part(i).resource.id
	}
	if d.n > idsInKey {
		var ids []byte
		for i := idsInKey; i < d.n; i++ {
			ids = binary.LittleEndian.AppendUint64(ids, uint64(d.Part(i).resource.id)) //nolint:gosec // only compared
		}
		k.more = string(ids)
	}
	return k
}

// of returns the queue of a demand whose resources are known, or nil.
func (qs *queues) of(d *Demand, key pauses.Key) *Queue {
	g := qs.groups[key]
	if g == nil {
		return nil
	}
	return qs.byKey[qs.key(g, d)]
}

// insert puts w, whose demand is d, in its queue of the group at its rank. It reports whether w is
// the head.
func (qs *queues) insert(w *Waiter, d *Demand, g *group, now int64) (head bool) {
	for i := range d.n {
		p := d.Part(i)
		p.resource = p.Rule.Resource(p.Key, now)
		p.resource.waiting++
		p.resource.queued += w.costOf(i)
	}
	q := qs.make(d, g)
	if q.waiters.Len() == 0 {
		q.attach()
	}
	for i := range q.parts {
		q.parts[i].queued += w.costOf(i)
	}
	w.queue, w.state = q, queued
	q.waiters.Insert(w)
	qs.waiting++
	q.group.count(1)
	return w.links.Prev() == nil
}

// newGroup returns a new group for a key. The pause of the key, if there is one, holds it back.
func (qs *queues) newGroup(key *pauses.Key, t *pauses.Table) *group {
	g := &group{key: *key, pause: t.Get(*key)}
	if qs.groups == nil {
		qs.groups = make(map[pauses.Key]*group)
	}
	qs.groups[*key] = g
	return g
}

// make returns the queue of a demand in the group, creating it if necessary.
func (qs *queues) make(d *Demand, g *group) *Queue {
	key := qs.key(g, d)
	if q := qs.byKey[key]; q != nil {
		return q
	}
	q := &Queue{key: key, group: g, parts: make([]queuePart, d.n)}
	for i := range q.parts {
		q.parts[i].resource = d.Part(i).resource
	}
	if qs.byKey == nil {
		qs.byKey = make(map[queueKey]*Queue)
	}
	qs.byKey[key] = q
	q.place = len(g.queues)
	g.queues = append(g.queues, q)
	return q
}

// remove removes w from its queue. It reports whether w was the head.
func (qs *queues) remove(w *Waiter) (head bool) {
	q := w.queue
	for i := range q.parts {
		p, cost := &q.parts[i], w.costOf(i)
		p.queued -= cost
		p.resource.waiting--
		p.resource.queued -= cost
	}
	head = w.links.Prev() == nil
	q.waiters.Remove(w)
	qs.waiting--
	q.group.count(-1)
	if head {
		q.forgetFindings()
		qs.due.remove(q)
	}
	if q.waiters.Len() == 0 {
		q.detach()
	}
	return head
}

// forget drops a queue that has no waiters and gets none back, and its group if this was the last
// queue.
func (qs *queues) forget(q *Queue) {
	if q.waiters.Len() > 0 || q.line.Len() > 0 || q.reacquiring > 0 || qs.byKey[q.key] != q {
		return
	}
	delete(qs.byKey, q.key)
	g := q.group
	last := g.queues[len(g.queues)-1]
	at := q.place
	g.queues[at], last.place = last, at
	g.queues[len(g.queues)-1] = nil
	if g.queues = g.queues[:len(g.queues)-1]; len(g.queues) == 0 {
		delete(qs.groups, g.key)
	}
}

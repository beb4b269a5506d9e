package concurrency

// blockedLocked returns the semaphore that has no room for a request of rank that
// needs the parts, and is of line l if that exists; nil if all have.
func (q *queue) blockedLocked(l *line, parts []part, rank int64) *semaphore {
	reserved := q.delayed.first()
	for _, p := range parts {
		if first := p.sem.lines.first(); first != nil && first != l && first.rank() <= rank {
			return p.sem
		}
		kept := int32(0)
		if reserved != nil && reserved != l && reserved.rank() < rank {
			kept = reserved.weightOf(p.sem)
		}
		if !p.sem.fits(p.sem.state.Load(), p.weight, kept) {
			return p.sem
		}
	}
	return nil
}

// weightOf returns what the line needs of s.
func (l *line) weightOf(s *semaphore) int32 {
	for _, p := range l.parts {
		if p.sem == s {
			return p.weight
		}
	}
	return 0
}

// release releases the slots of the parts and lets requests go that wait for them.
// It returns the semaphores whose limit was reached and has room again: those for
// which no request waits any longer.
func (q *queue) release(parts []part) (freed []*semaphore) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.work = q.work[:0]
	for _, p := range parts {
		// The last one that waited may have left before mu was locked.
		if ok, again := p.sem.release(p.weight); ok {
			if again {
				freed = append(freed, p.sem)
			}
			continue
		}
		p.sem.add(-int64(p.weight))
		q.work = append(q.work, p.sem)
	}
	q.serveLocked(q.work...)
	return freed
}

// serve looks again at the lines that wait at s: it has more room.
func (q *queue) serve(s *semaphore) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.serveLocked(s)
}

// serveLocked looks again at the lines that wait at the semaphores, lowest rank
// first, until none of them can go.
func (q *queue) serveLocked(semaphores ...*semaphore) {
	q.work = append(q.work[:0], semaphores...)
	for len(q.work) > 0 {
		i := q.lowestLocked()
		s := q.work[i]
		l := s.lines.first()
		if l == nil {
			q.work = append(q.work[:i], q.work[i+1:]...)
			continue
		}
		if tooHeavy(l.parts) != nil {
			q.endLocked(l, rejected)
			continue
		}
		switch blocked := q.blockedLocked(l, l.parts, l.rank()); blocked {
		case nil:
			for _, p := range l.parts {
				p.sem.add(int64(p.weight))
			}
			q.endLocked(l, granted)
		case s:
			q.work = append(q.work[:i], q.work[i+1:]...)
		default:
			q.moveLocked(l, blocked)
		}
	}
}

// lowestLocked returns which of the semaphores to look at has the line of the lowest
// rank, or none.
func (q *queue) lowestLocked() int {
	best := 0
	for i, s := range q.work {
		l := s.lines.first()
		if l == nil {
			return i
		}
		if l.rank() < q.work[best].lines.first().rank() {
			best = i
		}
	}
	return best
}

// tooHeavy returns the first semaphore whose limit has been lowered below what is
// needed of it, nil if none has.
func tooHeavy(parts []part) *semaphore {
	for _, p := range parts {
		if int64(p.weight) > p.sem.limit.max.Load() {
			return p.sem
		}
	}
	return nil
}

// moveLocked lets a line wait at another semaphore. Its request is delayed: there
// was room where it waited.
func (q *queue) moveLocked(l *line, to *semaphore) {
	q.offLocked(l)
	l.waiters.First().delayed = true
	q.waitAtLocked(l, to)
}

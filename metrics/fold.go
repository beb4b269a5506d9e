package metrics

import (
	"cmp"
	"slices"
)

// folded returns the series as they are shown. Routes that have been merged since, because a name
// in them turned out to be one of many, are summed for each method. The original series are not
// changed, so a call in progress still finds its own.
func (s *store) folded() []*series {
	ix := s.index.Load()
	shown := make(map[key]*series, len(ix.series))
	var moved []*series
	for k, sr := range ix.series {
		if sr.shown() == sr.route {
			shown[k] = sr
		} else {
			moved = append(moved, sr)
		}
	}
	sums := map[key]bool{}
	for _, sr := range moved {
		k := key{sr.method, sr.shown()}
		if !sums[k] {
			sums[k] = true
			sum := newSeries(k.method, k.route)
			if old := shown[k]; old != nil {
				sum.add(old)
			}
			shown[k] = sum
		}
		shown[k].add(sr)
	}
	list := make([]*series, 0, len(shown))
	for _, sr := range shown {
		list = append(list, sr)
	}
	slices.SortFunc(list, func(a, b *series) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method))
	})
	return list
}

// shown returns the route of the series as it is shown now.
func (s *series) shown() string {
	if s.name == nil {
		return s.route
	}
	if now := s.name.Now(); now != s.named {
		return label(now)
	}
	return s.route
}

// add adds the counts of o. Nothing else may have access to s.
func (s *series) add(o *series) {
	for i := range s.calls {
		s.calls[i].sum(&o.calls[i])
		s.durations[i].sum(&o.durations[i])
		s.exemplars[i].sum(&o.exemplars[i])
	}
	s.sent.sum(&o.sent)
	s.replayed.sum(&o.replayed)
	s.attempt.sum(&o.attempt)
	for i := range s.plain {
		s.plain[i].sum(&o.plain[i])
	}
	s.aborts.Add(o.aborts.Load())
	s.hedges.Add(o.hedges.Load())
	s.exhausted.Add(o.exhausted.Load())
	s.throttled.Add(o.throttled.Load())
	s.recorded.Add(o.recorded.Load())
	s.recordedTime.Add(o.recordedTime.Load())
	for i := range s.retries {
		s.retries[i].Add(o.retries[i].Load())
	}
	for i := range s.waits {
		s.waits[i].Add(o.waits[i].Load())
	}
	s.bytesIn.Add(o.bytesIn.Load())
	s.bytesOut.Add(o.bytesOut.Load())
	s.bodyTime.Add(o.bodyTime.Load())
	s.bodiesBroken.Add(o.bodiesBroken.Load())
	s.bodiesLeaked.Add(o.bodiesLeaked.Load())
	lower(&s.first, o.first.Load())
	raise(&s.last, o.last.Load())
}

// sum adds the counts of o.
func (c *codes) sum(o *codes) {
	for n := range o.classes {
		block := o.classes[n].Load()
		for i := 0; block != nil && i < len(block); i++ {
			if count := block[i].Load(); count > 0 {
				c.at((n+1)*100 + i).Add(count)
			}
		}
	}
	c.none.Add(o.none.Load())
	c.odd.Add(o.odd.Load())
}

// sum adds the observations of o.
func (l *lazy) sum(o *lazy) {
	from := o.Load()
	if from == nil {
		return
	}
	to := l.Load()
	if to == nil {
		to = newHistogram()
		l.Store(to)
	}
	for i := range from.slots {
		to.slots[i].Add(from.slots[i].Load())
	}
	// In the reverse order of observe: whoever sees a count sees the other figures as well.
	to.sum.Add(from.sum.Load())
	lower(&to.min, from.min.Load())
	raise(&to.max, from.max.Load())
}

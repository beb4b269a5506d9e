package metrics

import (
	"time"

	dto "github.com/prometheus/client_model/go"
)

// Buckets are the kinds of buckets that the histograms show to Prometheus. Each is one bit, so
// kinds combine.
type Buckets uint32

// The kinds of buckets.
const (
	// ClassicBuckets are nine fixed bounds, which every server and every format knows: 10, 50,
	// 100, 250 and 500 ms, and 1, 2.5, 10 and 60 s.
	ClassicBuckets Buckets = 1 << iota
	// NativeBuckets are exponential buckets of schema 4, from which quantiles are read within 2.2
	// %. A server must be configured to take them, and asks for the format that has them.
	NativeBuckets
)

// SetBuckets says which buckets the histograms have from now on. 0 is [ClassicBuckets], the
// default. All buckets are always counted, so SetBuckets may be called at any time. With both, a
// server takes what it is configured for: Prometheus 2 with native histograms takes only these,
// Prometheus 3 takes both if always_scrape_classic_histograms is set. The recorders of one
// process must agree: if the first series of a metric is native, Prometheus 2 takes all of them
// for native and loses the others.
func (r *Recorder) SetBuckets(b Buckets) { r.buckets.Store(uint32(b)) }

func (r *Recorder) shownBuckets() Buckets {
	if b := Buckets(r.buckets.Load()); b&(ClassicBuckets|NativeBuckets) != 0 {
		return b
	}
	return ClassicBuckets
}

// The bounds of the classic buckets and the schema of the native ones, as variables since messages
// hold pointers to them.
//
//nolint:gochecknoglobals // tables
var (
	classicSeconds = func() (s [len(classicBounds)]float64) {
		for i, b := range classicBounds {
			s[i] = b.Seconds()
		}
		return s
	}()
	nativeSchema        int32 = schema
	nativeZeroThreshold       = upperBound(lowest - 1)
)

// A distribution is the state of a histogram at a scrape.
type distribution struct {
	shape

	count   uint64
	zero    uint64
	sum     float64
	message dto.Histogram
	counts  [len(classicBounds)]uint64
	classic [len(classicBounds)]dto.Bucket
	listed  [len(classicBounds)]*dto.Bucket
}

// Write implements prometheus.Metric.
func (d *distribution) Write(out *dto.Metric) error {
	out.Label, out.Histogram = d.labels, &d.message
	return nil
}

// histogram adds the sum of a group to the scrape, unless the group is empty. read is what some of
// its histograms were found to hold and rest are the others. If read is nil, rest is the whole
// group.
func (c *collection) histogram(f *family, g group, read *reading, rest group, tags ...tag) {
	if len(g) == 0 {
		return
	}
	m := c.mark(f, tags)
	if c.buckets != ClassicBuckets {
		m.metric = nil
		c.add(f, tags, c.distribution(m, g))
		return
	}
	var all reading
	if read != nil {
		all = *read
	}
	all.add(rest)
	in, count, sum := &all.in, all.count, seconds(all.sum)
	d, _ := m.metric.(*distribution)
	switch {
	case m.count != count || m.value != sum:
		d = c.distributions.next()
		m.metric, m.count, m.value = nil, count, sum
	case d == nil || !d.shows(in, count, sum):
		d = &distribution{}
		m.metric = d
	default:
		c.add(f, tags, d)
		return
	}
	c.describe(d, m)
	d.count, d.sum = count, sum
	d.bounds(in)
	c.add(f, tags, d)
}

// wait adds a histogram of waits, if anything has waited.
func (c *collection) wait(f *family, l *lazy, tags ...tag) {
	g := group(nil).with(l)
	c.histogram(f, g, nil, g, tags...)
}

// distribution returns the distribution of a group.
func (c *collection) distribution(m *mark, g group) *distribution {
	d := c.distributions.next()
	c.describe(d, m)
	d.read(g, c.buckets)
	d.sum = seconds(g.sum())
	return d
}

// describe fills in the parts of a distribution that do not come from its group.
func (c *collection) describe(d *distribution, m *mark) {
	d.shape = m.shape
	d.message.SampleCount, d.message.SampleSum, d.message.CreatedTimestamp = &d.count, &d.sum, c.birth.CreatedTimestamp
}

// A split is how many durations are in each classic bucket, and above the last. Each is counted
// once.
type split [len(classicBounds) + 1]uint64

// A reading is what some histograms hold together.
type reading struct {
	in    split
	count uint64
	sum   time.Duration
}

// add adds what the histograms of a group hold.
func (r *reading) add(g group) {
	g.each(func(slot int, n uint64) {
		r.count += n
		r.in[theScale.classic[slot]] += n
	})
	r.sum += g.sum() // after the slots: see observe
}

// plain reads the histograms of plain calls, and returns how many calls had each status.
func (r *reading) plain(s *series) (counts [plainCodes]uint64) {
	for i := range s.plain {
		if h := s.plain[i].Load(); h != nil {
			before := r.count
			r.add(group{h})
			counts[i] = r.count - before
		}
	}
	return counts
}

// shows reports whether a distribution has only classic buckets, equals what was read, and was not
// changed by a receiver since it was sent.
func (d *distribution) shows(in *split, count uint64, sum float64) bool {
	m := &d.message
	if d.count != count || d.sum != sum || m.Schema != nil || m.SampleCount != &d.count || m.SampleSum != &d.sum ||
		len(m.Bucket) != len(d.listed) || &m.Bucket[0] != &d.listed[0] {
		return false
	}
	var below uint64
	for i := range d.classic {
		below += in[i]
		b := &d.classic[i]
		if d.listed[i] != b || b.CumulativeCount != &d.counts[i] || d.counts[i] != below || b.Exemplar != nil {
			return false
		}
	}
	return true
}

// read fills in the count and the buckets, all from one pass over the slots. What is observed
// meanwhile is left for the next scrape.
func (d *distribution) read(g group, shown Buckets) {
	var in split
	native := spans{distribution: d}
	g.each(func(slot int, n uint64) {
		d.count += n
		in[theScale.classic[slot]] += n
		if shown&NativeBuckets != 0 {
			native.add(theScale.bucket[slot], n)
		}
	})
	if shown&NativeBuckets != 0 {
		native.end()
	}
	if shown&ClassicBuckets != 0 {
		d.bounds(&in)
	}
}

// bounds fills in the classic buckets.
func (d *distribution) bounds(in *split) {
	var below uint64
	for i := range classicBounds {
		below += in[i]
		d.counts[i] = below
		d.classic[i].CumulativeCount, d.classic[i].UpperBound = &d.counts[i], &classicSeconds[i]
		d.listed[i] = &d.classic[i]
	}
	d.message.Bucket = d.listed[:]
}

// gap is the number of empty buckets up to which listing them costs less than a new span.
const gap = 2

// few is how many spans most histograms need at most.
const few = 8

// newSpan returns an empty span, in one allocation.
func newSpan(offset int) *dto.BucketSpan {
	s := &struct {
		span   dto.BucketSpan
		offset int32
		length uint32
	}{offset: int32(offset)} //nolint:gosec // some hundred at most
	s.span.Offset, s.span.Length = &s.offset, &s.length
	return &s.span
}

// spans fills in the exponential buckets of a distribution.
type spans struct {
	*distribution
	next         int    // the index after the last bucket
	bucket       int    // the bucket that is not filled in yet, since more counts of it may come
	held, before uint64 // its count, and that of the bucket before
}

// add adds a count to a bucket, in order.
func (s *spans) add(bucket int, n uint64) {
	if bucket != s.bucket {
		s.flush()
	}
	s.bucket = bucket
	s.held += n
}

// end fills in the last bucket and the rest of the message.
func (s *spans) end() {
	s.flush()
	m := &s.message
	m.Schema, m.ZeroThreshold, m.ZeroCount = &nativeSchema, &nativeZeroThreshold, &s.zero
	if len(m.PositiveSpan) == 0 { // else a native histogram without samples looks like a classic one
		m.PositiveSpan = []*dto.BucketSpan{newSpan(0)}
	}
}

func (s *spans) flush() {
	n := s.held
	s.held = 0
	switch {
	case n == 0:
		return
	case s.bucket == underflow:
		s.zero = n
		return
	}
	m := &s.message
	index := s.bucket + lowest - 1
	if len(m.PositiveSpan) == 0 || index-s.next > gap {
		if m.PositiveSpan == nil {
			m.PositiveSpan, m.PositiveDelta = make([]*dto.BucketSpan, 0, few), make([]int64, 0, few)
		}
		m.PositiveSpan = append(m.PositiveSpan, newSpan(index-s.next))
		s.next = index
	}
	span := m.PositiveSpan[len(m.PositiveSpan)-1]
	for ; s.next < index; s.next++ {
		m.PositiveDelta = append(m.PositiveDelta, -int64(s.before)) //nolint:gosec // a count
		s.before = 0
		*span.Length++
	}
	m.PositiveDelta = append(m.PositiveDelta, int64(n)-int64(s.before)) //nolint:gosec // a count
	*span.Length++
	s.next, s.before = index+1, n
}

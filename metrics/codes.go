package metrics

import (
	"strconv"
	"sync/atomic"
)

// codes counts by status code without a map. A class of codes has a block, which is made when the
// class is first seen. The zero value is ready.
type codes struct {
	classes [5]atomic.Pointer[[100]atomic.Uint64]
	none    atomic.Uint64 // attempts or calls without a response
	odd     atomic.Uint64 // statuses outside 100 to 599
}

// add counts one status; 0 means that there was no response.
func (c *codes) add(status int) {
	c.at(status).Add(1)
}

// at returns the counter of a status.
func (c *codes) at(status int) *atomic.Uint64 {
	switch {
	case status == 0:
		return &c.none
	case status < 100 || status > 599:
		return &c.odd
	}
	class := &c.classes[status/100-1]
	block := class.Load()
	if block == nil {
		class.CompareAndSwap(nil, new([100]atomic.Uint64))
		block = class.Load()
	}
	return &block[status%100]
}

// class returns the number of responses of one class, 1 to 5.
func (c *codes) class(n int) (sum uint64) {
	if block := c.classes[n-1].Load(); block != nil {
		for i := range block {
			sum += block[i].Load()
		}
	}
	return sum
}

func (c *codes) total() uint64 {
	sum := c.none.Load() + c.odd.Load()
	for n := range c.classes {
		sum += c.class(n + 1)
	}
	return sum
}

// each calls yield with the label and the count of every code that was seen.
func (c *codes) each(yield func(label string, count uint64)) {
	for n := range c.classes {
		block := c.classes[n].Load()
		if block == nil {
			continue
		}
		for i := range block {
			if count := block[i].Load(); count > 0 {
				yield(strconv.Itoa((n+1)*100+i), count)
			}
		}
	}
	if count := c.none.Load(); count > 0 {
		yield("none", count)
	}
	if count := c.odd.Load(); count > 0 {
		yield("other", count)
	}
}

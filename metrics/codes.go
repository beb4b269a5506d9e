package metrics

import (
	"net/http"
	"strconv"
	"sync/atomic"
)

// codes counts by status code without a map. Each class of codes has a block, which is allocated
// when the class is first seen. The zero value is ready.
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

// noCode and oddCode stand for attempts and calls without a response, and for statuses outside 100 to 599.
const noCode, oddCode = 0, -1

// each calls yield with every code that was seen and its count. plain has further counts of the
// statuses from 200 on, and may be nil.
func (c *codes) each(plain *[plainCodes]uint64, yield func(code int, count uint64)) {
	for n := range c.classes {
		block, more := c.classes[n].Load(), 0
		if n == http.StatusOK/100-1 && plain != nil {
			more = plainCodes
		}
		for i := range more {
			count := plain[i]
			if block != nil {
				count += block[i].Load()
			}
			if count > 0 {
				yield((n+1)*100+i, count)
			}
		}
		if block == nil {
			continue
		}
		for i := more; i < len(block); i++ {
			if count := block[i].Load(); count > 0 {
				yield((n+1)*100+i, count)
			}
		}
	}
	if count := c.none.Load(); count > 0 {
		yield(noCode, count)
	}
	if count := c.odd.Load(); count > 0 {
		yield(oddCode, count)
	}
}

// codeText returns the label of a code.
func codeText(code int) string {
	switch code {
	case noCode:
		return "none"
	case oddCode:
		return "other"
	}
	return strconv.Itoa(code)
}

package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"syscall"
)

// row is the outcome of the calls of one kind in a case.
type row struct {
	name                               string
	kind                               kind
	sent, failed, arrived, twice, ours int // twice: arrived more than once; ours: of those, sent more than once by us
	resent                             int // calls in which net/http sent a request again by itself
	retried                            int // calls of more than one attempt
	lost                               int // calls that failed and had arrived
	why                                map[string]int
	broken                             []string // broken promises
}

func judge(s scenario, k kind, o *origin, calls []call) *row {
	r := &row{name: s.name, kind: k, why: map[string]int{}}
	for _, c := range calls {
		if c.kind != k {
			continue // it was made to bring about a state
		}
		r.sent++
		n := o.count(c.id)
		if n > 0 {
			r.arrived++
		}
		if c.Call == nil {
			r.broken = append(r.broken, fmt.Sprintf("no call: %v", c.err))
			continue
		}
		again := false
		for a := range c.Attempts() {
			again = again || strings.Contains(a.Notes(), "by the transport")
		}
		if again {
			r.resent++
		}
		if c.Count() > 1 {
			r.retried++
		}
		if n > 1 {
			r.twice++
			if c.Count() > 1 || again {
				r.ours++
				if k.once() {
					r.breaks(c, "a POST without a key arrived %d times", n)
				}
			}
		}
		if k.once() && afterEOF(c) {
			r.breaks(c, "a POST was sent again after its connection broke")
		}
		if c.err != nil {
			r.failed++
			if n > 0 {
				r.lost++
			}
			r.why[c.Attempt().Verdict().String()+": "+c.StopReason()]++
			if s.certain {
				r.breaks(c, "a call failed: %v", c.err)
			}
		}
	}
	return r
}

// breaks records a broken promise, with the ledger of the call.
func (r *row) breaks(c call, format string, args ...any) {
	if len(r.broken) < 3 {
		r.broken = append(r.broken, fmt.Sprintf("%s, %s: ", r.name, r.kind)+fmt.Sprintf(format, args...)+"\n"+c.String())
	}
}

// afterEOF reports whether an attempt followed one that ended with a broken connection.
func afterEOF(c call) bool {
	broke := false
	for a := range c.Attempts() {
		if broke {
			return true
		}
		err := a.Err()
		broke = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	}
	return false
}

func head() string {
	return fmt.Sprintf("%-36s %-10s %5s %6s %7s %10s %5s %7s %6s  %s", "case", "kind", "sent", "failed", "arrived", "duplicates", "ours", "retried", "resent", "verdict of the failed")
}

func (r *row) String() string {
	verdict := "-"
	if len(r.why) > 0 {
		most := slices.SortedFunc(maps.Keys(r.why), func(a, b string) int { return r.why[b] - r.why[a] })
		verdict = fmt.Sprintf("%d %s", r.why[most[0]], strings.TrimSuffix(most[0], ": "))
		verdict += fmt.Sprintf("; %d arrived", r.lost)
	}
	return fmt.Sprintf("%-36s %-10s %5d %6d %7d %10d %5d %7d %6d  %s", r.name, r.kind, r.sent, r.failed, r.arrived, r.twice, r.ours, r.retried, r.resent, verdict)
}

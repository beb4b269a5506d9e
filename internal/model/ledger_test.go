package model_test

import (
	"fmt"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

// checkLedger compares the rows of each call with its requests at the server.
func (w *world) checkLedger() {
	for _, ec := range w.edges {
		id := fmt.Sprintf("call %d.%d", ec.spec.id, ec.hop)
		sent := 0
		var rows []*transport.Attempt
		for _, c := range ec.trace.Calls() {
			for r := range c.Attempts() {
				if !r.Ended() && !w.has("hedge") {
					w.fail("%s: row %d never ended", id, r.Number())
				}
				if r.Status() != 0 && !r.BodyEnded() && ec.err == nil && transport.AttemptOf(ec.resp) == r {
					w.fail("%s: row %d: body never ended", id, r.Number())
				}
				if r.Elapsed() != r.Waited()+r.TimeToHeaders() && !w.has("hedge") {
					w.fail("%s: row %d: elapsed %v, waited %v, headers %v", id, r.Number(), r.Elapsed(), r.Waited(), r.TimeToHeaders())
				}
				if r.Sent() {
					sent++
					rows = append(rows, r)
				}
			}
			_ = c.String()
		}
		if len(ec.trace.Calls()) == 0 || w.blind() {
			continue
		}
		if sent != len(ec.arrivals) {
			w.fail("%s: %d rows sent, %d arrivals", id, sent, len(ec.arrivals))
			continue
		}
		if w.has("hedge") || ec.spec.whole > 0 {
			continue
		}
		for i, r := range rows {
			a := ec.arrivals[i]
			if r.Status() != a.status && !w.has("hook") && r.Status() != 0 {
				w.fail("%s: row %d: status %d, arrival %d", id, r.Number(), r.Status(), a.status)
			}
			if r.Start().After(a.at) {
				w.fail("%s: row %d started after its arrival", id, r.Number())
			}
			if a == ec.last() && a.status != 0 && ec.err == nil && r.Bytes() != int64(len(ec.read)) && r.Bytes() != int64(a.read) && !w.has("replay") {
				w.fail("%s: row %d: %d bytes, read %d, sent %d", id, r.Number(), r.Bytes(), len(ec.read), a.read)
			}
		}
	}
}

// rowOf returns the row of an arrival.
func (w *world) rowOf(a *arrival) *transport.Attempt {
	var rows []*transport.Attempt
	for _, c := range a.edge.trace.Calls() {
		for r := range c.Attempts() {
			if r.Sent() {
				rows = append(rows, r)
			}
		}
	}
	if a.k < len(rows) {
		return rows[a.k]
	}
	return nil
}

// checkWaits compares the waits of the ledger with the clock.
func (w *world) checkWaits() {
	if w.has("hedge", "fretry", "bearer", "replay") || slices.ContainsFunc(w.p.layers, func(l layerSpec) bool { return l.kind == "hook" && l.d > 0 }) || w.blind() {
		return
	}
	for _, ec := range w.edges {
		if ec.spec.whole > 0 || len(ec.trace.Calls()) == 0 {
			continue
		}
		id := fmt.Sprintf("call %d.%d", ec.spec.id, ec.hop)
		for _, a := range ec.arrivals {
			r := w.rowOf(a)
			if r == nil {
				w.fail("%s: no row of arrival %d", id, a.n)
				continue
			}
			if got, want := r.Start().Add(r.Waited()), a.at; !got.Equal(want) {
				w.fail("%s: row %d: start and waits end at %v, sent at %v", id, r.Number(), got.Sub(w.start), want.Sub(w.start))
			}
		}
	}
}

package report

import (
	"bytes"
	"encoding/json"
	"slices"
)

// A page of a few hundred bytes can name columns of millions of numbers each, in any number of
// timelines. So the numbers of a page that are not written one by one are bounded for all its
// columns together. The bound allows 700,000 calls that are all alike, plus some numbers for each
// byte of the page, since HTML writes more bytes than that for a call.
const (
	mostUnwritten = 1 << 24
	unwrittenByte = 4
)

// checkRoom returns an error if reading the data of a page would take much more room than the page.
func checkRoom(text []byte) error {
	var d struct{ Timelines room }
	d.Timelines.left = int64(mostUnwritten) + unwrittenByte*int64(len(text))
	return json.Unmarshal(text, &d)
}

// room is how many more numbers may come that are not written one by one. All timelines count,
// including those that a later list replaces, since they are read too.
type room struct{ left int64 }

func (r *room) UnmarshalJSON(b []byte) error {
	var timelines []struct{ Calls, Attempts unwritten }
	if err := json.Unmarshal(b, &timelines); err != nil {
		return err
	}
	for _, t := range timelines {
		for _, n := range [...]unwritten{t.Calls, t.Attempts} {
			if r.left -= min(int64(n), r.left+1); r.left < 0 {
				return errPacked
			}
		}
	}
	return nil
}

// unwritten is the number of numbers in columns that are not written one by one. A name that comes
// twice counts twice, since it is read twice.
type unwritten int64

func (u *unwritten) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return err // null, or something that packed cannot read either
	}
	for d.More() {
		if _, err := d.Token(); err != nil {
			return err
		}
		var c json.RawMessage
		if err := d.Decode(&c); err != nil {
			return err
		}
		if err := u.column(c); err != nil {
			return err
		}
	}
	return nil
}

// column adds the numbers of one column.
func (u *unwritten) column(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	var c struct {
		Runs, Gaps string
		N          int64
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return err
	}
	runs, err := numbersOf(c.Runs)
	if err != nil {
		return err
	}
	gaps, err := numbersOf(c.Gaps)
	if err != nil {
		return err
	}
	for pair := range slices.Chunk(runs, 2) { // a last one alone is both, as in numbers
		u.add(pair[len(pair)-1])
	}
	for pair := range slices.Chunk(gaps, 2) {
		u.add(pair[0])
	}
	u.add(c.N)
	return nil
}

// add adds a count. A count that no column may have becomes one that is too large.
func (u *unwritten) add(n int64) { *u += unwritten(min(max(n, 0), mostCalls+1)) }

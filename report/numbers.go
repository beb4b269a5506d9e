package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// numbers is a column. Its JSON is the shortest of a text of its numbers, {"runs":"number count ..."}, and
// {"gaps":"zeros number ...","n":count}, of numbers that are not zero each behind the zeros before it. All are to base
// 36, with spaces in between.
type numbers []int64

func (c *numbers) add(n int64) { *c = append(*c, n) }

// mostCalls bounds what the runs of a file may stand for.
const mostCalls = 10 << 20

func (c numbers) MarshalJSON() ([]byte, error) {
	var runs, gaps []int64
	for rest := []int64(c); len(rest) > 0; {
		n := slices.IndexFunc(rest, func(v int64) bool { return v != rest[0] })
		if n < 0 {
			n = len(rest)
		}
		runs = append(runs, rest[0], int64(n))
		rest = rest[n:]
	}
	zeros := int64(0)
	for _, v := range c {
		if v == 0 {
			zeros++
			continue
		}
		gaps = append(gaps, zeros, v)
		zeros = 0
	}
	best := appendNumbers(nil, c)
	if b := append(appendNumbers([]byte(`{"runs":`), runs), '}'); len(b) < len(best) {
		best = b
	}
	if b := append(strconv.AppendInt(append(appendNumbers([]byte(`{"gaps":`), gaps), `,"n":`...), int64(len(c)), 10), '}'); len(b) < len(best) {
		best = b
	}
	return best, nil
}

const base = 36

func appendNumbers(b []byte, list []int64) []byte {
	b = append(b, '"')
	for i, n := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, n, base)
	}
	return append(b, '"')
}

// numbersOf undoes appendNumbers.
func numbersOf(text string) (list []int64, err error) {
	for word := range strings.FieldsSeq(text) {
		n, err := strconv.ParseInt(word, base, 64)
		if err != nil {
			return nil, errPacked
		}
		list = append(list, n)
	}
	return list, nil
}

func (c *numbers) UnmarshalJSON(b []byte) error {
	var short struct {
		Plain, Runs, Gaps string
		N                 int64
	}
	into := any(&short)
	if len(b) > 0 && b[0] == '"' {
		into = &short.Plain
	}
	if err := json.Unmarshal(b, into); err != nil {
		return err
	}
	plain, err := numbersOf(short.Plain)
	if err != nil {
		return err
	}
	*c = plain
	runs, err := numbersOf(short.Runs)
	if err != nil {
		return err
	}
	for pair := range slices.Chunk(runs, 2) {
		if err := c.repeat(pair[0], pair[len(pair)-1]); err != nil {
			return err
		}
	}
	gaps, err := numbersOf(short.Gaps)
	if err != nil {
		return err
	}
	for pair := range slices.Chunk(gaps, 2) {
		if err := c.repeat(0, pair[0]); err != nil {
			return err
		}
		c.add(pair[len(pair)-1])
	}
	if short.N > 0 {
		return c.repeat(0, short.N-int64(len(*c)))
	}
	return nil
}

func (c *numbers) repeat(v, n int64) error {
	if n < 0 || n > mostCalls-int64(len(*c)) {
		return errPacked
	}
	*c = append(*c, slices.Repeat([]int64{v}, int(n))...)
	return nil
}

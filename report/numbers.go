package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// numbers is a column. Its JSON is the shortest of three forms: a text of its numbers,
// {"runs":"number count ..."}, and {"gaps":"zeros number ...","n":count}, where each number other
// than zero follows the count of zeros before it. All are in base 36 and separated by spaces.
type numbers []int64

func (c *numbers) add(n int64) { *c = append(*c, n) }

// mostCalls is how many numbers the runs of one column may stand for. checkRoom bounds all columns
// together.
const mostCalls = 10 << 20

func (c numbers) MarshalJSON() ([]byte, error) {
	best := append(make([]byte, 0, 4*len(c)+2), '"')
	for _, n := range c {
		best = appendNumber(best, n)
	}
	best = append(best, '"')
	room := make([]byte, 0, len(best))
	if b := c.appendRuns(room, len(best)); b != nil {
		best, room = b, make([]byte, 0, len(b))
	}
	if b := c.appendGaps(room, len(best)); b != nil {
		best = b
	}
	return best, nil
}

// appendRuns appends the form of runs. It returns nil if that is not shorter than limit.
func (c numbers) appendRuns(b []byte, limit int) []byte {
	b = append(b, `{"runs":"`...)
	for i := 0; i < len(c) && len(b) < limit; {
		from := i
		for i < len(c) && c[i] == c[from] {
			i++
		}
		b = appendNumber(appendNumber(b, c[from]), int64(i-from))
	}
	return shorter(append(b, `"}`...), limit)
}

// appendGaps appends the form of gaps. It returns nil if that is not shorter than limit.
func (c numbers) appendGaps(b []byte, limit int) []byte {
	b = append(b, `{"gaps":"`...)
	zeros := int64(0)
	for _, v := range c {
		if v == 0 {
			zeros++
			continue
		}
		if b = appendNumber(appendNumber(b, zeros), v); len(b) >= limit {
			return nil
		}
		zeros = 0
	}
	b = strconv.AppendInt(append(b, `","n":`...), int64(len(c)), 10)
	return shorter(append(b, '}'), limit)
}

func shorter(b []byte, limit int) []byte {
	if len(b) < limit {
		return b
	}
	return nil
}

const base = 36

// appendNumber appends a number to a text of numbers, which starts with a quotation mark.
func appendNumber(b []byte, n int64) []byte {
	if b[len(b)-1] != '"' {
		b = append(b, ' ')
	}
	return strconv.AppendInt(b, n, base)
}

// numbersOf is the inverse of appendNumber.
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

package store

import (
	"bytes"
	"errors"
	"testing"
)

func TestFields(t *testing.T) {
	b := putInt(nil, 1, -1)
	b = putInt(b, 2, 0) // left out
	b = putBytes(b, 3, "text")
	b = putBytes(b, 4, "") // left out
	b = putAlways(b, 5, "")
	b = putBool(b, 6, true)
	b = append(putTag(b, 7, kindFixed4), 1, 2, 3, 4)
	var numbers []int
	var raw []byte
	for _, text := range []string{"", string(b[:4]), string(b)} {
		numbers, raw = nil, nil
		r := reader{message: b, text: text}
		for r.next() {
			numbers = append(numbers, r.number)
			raw = append(raw, r.raw()...)
			switch r.number {
			case 1:
				if r.int() != -1 {
					t.Errorf("got %d, want -1", r.int())
				}
			case 3:
				if string(r.bytes()) != "text" || r.string() != "text" {
					t.Errorf("got %q, %q", r.bytes(), r.string())
				}
			}
		}
		if r.err != nil || !bytes.Equal(raw, b) || len(numbers) != 5 {
			t.Errorf("fields %v, %v", numbers, r.err)
		}
	}
	for n := 1; n < len(b); n++ {
		count := 0
		r := reader{message: b[:n]}
		for r.next() {
			count++
		}
		if r.err != nil && !errors.Is(r.err, errField) || r.err == nil && count >= 5 {
			t.Errorf("cut at %d: %d fields, %v", n, count, r.err)
		}
	}
}

// A nested field is encoded as it would be from a buffer of its own, however many bytes its length
// takes.
func TestANestedFieldOfAnyLength(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 129, 16383, 16384, 70_000} {
		content := bytes.Repeat([]byte{7}, n)
		want := putAlways([]byte("before"), 3, content)
		got := putNested([]byte("before"), 3, func(b []byte) []byte { return append(b, content...) })
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d, want %d", n, len(got), len(want))
		}
	}
}

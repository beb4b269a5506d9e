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
	err := fields(b, func(f field) error {
		numbers = append(numbers, f.number)
		raw = append(raw, f.raw...)
		switch f.number {
		case 1:
			if f.int() != -1 {
				t.Errorf("got %d, want -1", f.int())
			}
		case 3:
			if string(f.bytes) != "text" {
				t.Errorf("got %q", f.bytes)
			}
		}
		return nil
	})
	if err != nil || !bytes.Equal(raw, b) || len(numbers) != 5 {
		t.Errorf("fields %v, %v", numbers, err)
	}
	for n := 1; n < len(b); n++ {
		count := 0
		err := fields(b[:n], func(field) error { count++; return nil })
		if err != nil && !errors.Is(err, errField) || err == nil && count >= 5 {
			t.Errorf("cut at %d: %d fields, %v", n, count, err)
		}
	}
}

// A nested field is as it would be with a buffer of its own, whatever its length takes.
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

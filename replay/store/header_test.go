package store

import (
	"bytes"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestAHeaderIsEncodedByNameWithLengthsOfAnySize(t *testing.T) {
	h := http.Header{"None": {}, "Content-Type": {"application/json"}, "Empty": {"", "a"}, "A": {strings.Repeat("x", 127), strings.Repeat("y", 16384)}}
	var want []byte
	for _, name := range []string{"A", "Content-Type", "Empty", "None"} {
		pair := putAlways(nil, 1, name)
		for _, v := range h[name] {
			pair = putAlways(pair, 2, v)
		}
		want = putAlways(want, 4, pair)
	}
	got := putHeader(nil, 4, h)
	if !bytes.Equal(got, want) {
		t.Fatalf("got  %.200q\nwant %.200q", got, want)
	}
	h["None"] = nil
	var back http.Header
	var header headerReader
	r := reader{message: got}
	for r.next() {
		if err := header.add(&back, r.nested()); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(back, h) {
		t.Errorf("%.200v", back)
	}
}

func TestWhatMostExchangesHaveIsNotCopied(t *testing.T) {
	text := []byte("Content-Type")
	if got := testing.AllocsPerRun(100, func() { _ = common(text) }); got != 0 || common(text) != "Content-Type" {
		t.Errorf("%v allocations, %q", got, common(text))
	}
	if got := common([]byte("X-Other")); got != "X-Other" {
		t.Errorf("got %q", got)
	}
}

func TestFieldsInAFieldAreEncodedWithLengthsOfAnySize(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 16383, 16384, 1 << 21} {
		inner := bytes.Repeat([]byte{7}, n)
		got := putNested([]byte("before"), 3, func(b []byte) []byte { return append(b, inner...) })
		want := putAlways([]byte("before"), 3, inner)
		if !slices.Equal(got, want) {
			t.Errorf("%d bytes: other bytes than of putAlways", n)
		}
	}
}

func TestAnExchangeIsEncodedInOneAllocation(t *testing.T) {
	x := sample()
	x.Response.Body = bytes.Repeat([]byte("a"), 520)
	if got := testing.AllocsPerRun(100, func() { _, _ = x.MarshalBinary() }); got != 1 {
		t.Errorf("%v allocations, want 1", got)
	}
}

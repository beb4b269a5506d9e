package sumtest

import (
	"slices"
	"testing"
	"time"
)

type part struct{ N uint64 }

type whole struct {
	Name  string
	Count int64
	Took  time.Duration
	Share float64
	Inner part
	Parts []part
	At    time.Time
	Max   int
}

func (w whole) add(o whole) whole {
	return whole{
		Name: w.Name, Count: w.Count + o.Count, Took: w.Took + o.Took, Share: w.Share + o.Share,
		Inner: part{w.Inner.N + o.Inner.N}, Parts: []part{{w.Parts[0].N + o.Parts[0].N}}, Max: max(w.Max, o.Max),
	}
}

func TestForgottenNamesEachFieldThatWasNotAdded(t *testing.T) {
	except := []string{"whole.At", "whole.Max"}
	var a, b whole
	Fill(&a, 100, except...)
	Fill(&b, 2000, except...)
	for _, tt := range []struct {
		name   string
		harm   func(*whole)
		except []string
		want   []string
	}{
		{"all are added", func(*whole) {}, except, nil},
		{"an integer", func(w *whole) { w.Count = a.Count }, except, []string{"whole.Count: 100, want 2100"}},
		{"a duration", func(w *whole) { w.Took = 0 }, except, []string{"whole.Took: 0, want 2102"}},
		{"a float", func(w *whole) { w.Share = a.Share }, except, []string{"whole.Share: 102, want 2104"}},
		{"a field of a nested struct", func(w *whole) { w.Inner = a.Inner }, except, []string{"whole.Inner.N: 103, want 2106"}},
		{"a field of an element", func(w *whole) { w.Parts = a.Parts }, except, []string{"whole.Parts[0].N: 104, want 2108"}},
		{"a slice", func(w *whole) { w.Parts = nil }, except, []string{"whole.Parts: 0 elements, those of 1 and 1"}},
		{"a time without an exception", func(*whole) {}, except[1:], []string{"whole.At: time.Time cannot be added: name an exception"}},
		{"an exception of another type", func(*whole) {}, append(except, "part.Max"), []string{"part.Max: there is no such field"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sum := a.add(b)
			tt.harm(&sum)
			if got := Forgotten(a, b, sum, tt.except...); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

package headers_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/gracy-go/gracy/internal/headers"
	"github.com/gracy-go/gracy/internal/race"
)

func TestACloneIsEqualAndApart(t *testing.T) {
	for _, h := range []http.Header{nil, {}, {"A": {"1"}}, {"A": {"1", "2"}, "B": nil, "C": {}}, {"A": {"1", "2", "3"}, "B": {"4", "5"}}} {
		want := h.Clone()
		if want == nil {
			want = http.Header{}
		}
		got := headers.Clone(h, make([]string, 4))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %v", h, got)
		}
		for name := range got {
			got[name] = append(got[name], "added")
			got[name][0] = "changed"
		}
		for name := range got {
			if v := got[name]; len(v) != len(want[name])+1 || v[0] != "changed" {
				t.Errorf("%v: %s is %v after an edit", h, name, v)
			}
		}
		if len(h["A"]) > 0 && h["A"][0] != "1" {
			t.Errorf("%v was changed", h)
		}
	}
}

func TestACloneWithRoomAllocatesItsMapAlone(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	var kept http.Header
	for n, h := range map[float64]http.Header{1: {}, 2: {"A": {"1"}, "B": {"2"}}, 3: {"A": {"1", "2", "3"}, "B": {"4", "5"}}} {
		room := make([]string, 4)
		if got := testing.AllocsPerRun(100, func() { kept = headers.Clone(h, room) }); got != n {
			t.Errorf("%v: %v allocations, want %v", kept, got, n)
		}
	}
}

package compare

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// The name is as long as a document with many values below it. If the pointer were written out for
// each of them, the name would be copied 5000 times.
func TestPointerIsWrittenWhereItIsShownAlone(t *testing.T) {
	const members = 5000
	doc := func(v int) Body {
		var b strings.Builder
		for i := range members {
			fmt.Fprintf(&b, `"%d":%d,`, i, v)
		}
		text := `{"` + strings.Repeat("k", 1<<20) + `":{` + strings.TrimSuffix(b.String(), ",") + `}}`
		return Body{http.Header{"Content-Type": {"application/json"}}, []byte(text)}
	}
	for name, compare := range map[string]func(*List){
		"values": func(l *List) { l.Bodies(doc(1), doc(2), nil) },
		"shapes": func(l *List) {
			other := doc(2)
			other.Content = []byte(strings.ReplaceAll(string(other.Content), ":2", `:"2"`))
			l.Shapes(doc(1), other, nil)
		},
	} {
		var l List
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		compare(&l)
		runtime.ReadMemStats(&after)
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 100<<20 {
			t.Errorf("%s: %d MiB", name, bytes>>20)
		}
		want := "body /" + strings.Repeat("k", 60) + ".../0"
		if l.Len() != members || l.Shown[0].Place != want {
			t.Errorf("%s: %d, the first is %.100q", name, l.Len(), l.Shown[0].Place)
		}
	}
	var l List
	l.Pairs("query", strings.Repeat("n", 1<<20)+"=1", "", nil)
	if n := len(l.Shown[0].Place); n > 1100 {
		t.Errorf("a place of %d bytes", n)
	}
}

package route

import (
	"strings"
	"testing"
)

func walk(tr *trie, path string) (string, bool) {
	var segs []segment
	for s := range strings.SplitSeq(path, "/") {
		segs = append(segs, segment{pre: s, free: true})
	}
	changed, _, full := tr.walk(segs)
	_ = changed
	return string(render(nil, segs, false)), full
}

func TestCollapseJoinsWhatWasBelow(t *testing.T) {
	tr := &trie{limit: 3, max: 1000}
	for _, p := range []string{"u/a/r/1a", "u/a/r/2a", "u/b/r/3a", "u/b/r/4a", "u/c/s"} {
		if got, _ := walk(tr, p); got != "/"+p {
			t.Errorf("%s became %s", p, got)
		}
	}
	if got, _ := walk(tr, "u/d/r/5a"); got != "/u/{x}/r/{x2}" {
		t.Errorf("got %s", got)
	}
	if got, _ := walk(tr, "u/d/s"); got != "/u/{x}/s" {
		t.Errorf("got %s", got)
	}
	if n := count(&tr.root); n != tr.nodes || n != 5 { // u {x} r {x} s
		t.Errorf("%d nodes, counted %d", n, tr.nodes)
	}
}

func TestTrieUnderPressure(t *testing.T) {
	tr := &trie{limit: 1000, max: 30}
	full := 0
	for i := range 100 {
		if _, f := walk(tr, word(i)+"/y"); f {
			full++
		}
	}
	if got, _ := walk(tr, "zz/y"); got != "/{x}/y" {
		t.Errorf("a full trie does not learn early: %s", got)
	}
	if full > 1 || tr.nodes > 30+1 {
		t.Errorf("%d refused, %d nodes", full, tr.nodes)
	}
}

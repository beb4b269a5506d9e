package route

import (
	"math/rand/v2"
	"testing"
)

// A router that knows words classifies every path as one that knows none does.
func TestKnownWordsChangeNoTemplate(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	knows := New(nil, Options{Max: 2000, Learn: 1000})
	text := func() string {
		switch rng.IntN(8) {
		case 0:
			return []string{
				"token", "keys", "Password", "hooks", "a b", "a%20b", "a%2520b", "caf\u00e9", "v1", "x.json", "run:go", "k=v", "f(x)", "a;b",
			}[rng.IntN(14)]
		case 1:
			return random(rng, base62, 1+rng.IntN(30))
		case 2:
			return "7"
		default:
			return word(rng.IntN(30))
		}
	}
	used := 0
	for range 5000 {
		path := ""
		for range 1 + rng.IntN(4) {
			path += "/" + text()
		}
		got, slash := knows.template(nil, path)
		want, _ := New(nil, Options{}).template(nil, path)
		if g, w := string(render(nil, got, slash)), string(render(nil, want, slash)); g != w {
			t.Fatalf("%s is %s, and %s where the words are known", path, w, g)
		}
		for _, s := range got {
			if knows.words.known()[s.pre] {
				used++
			}
		}
		knows.auto(path)
	}
	if used < 1000 {
		t.Errorf("control run: only %d segments were known words", used)
	}
}

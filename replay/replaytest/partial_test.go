package replaytest

import (
	"flag"
	"testing"
)

func TestTheDepthOfAPattern(t *testing.T) {
	for pattern, want := range map[string]int{
		"": 0, "TestX": 1, "^TestX$": 1, "TestX/one": 2, "^TestX$/^one$/two": 3, "TestX/": 1, "TestX|TestY/one": 2, "TestY/one|TestX": 2,
		"Test(X|Y)": 1, "Test(X/one|Y)": 1, "Test[/|]X": 1, `TestX\/one`: 1, "/one": 2, "TestX/[": 2, ")/": 1,
	} {
		if got := deepest(pattern); got != want {
			t.Errorf("%q: %d, want %d", pattern, got, want)
		}
	}
}

func TestAPartOfATest(t *testing.T) {
	run := flag.Lookup("test.run")
	before := run.Value.String()
	defer func() { _ = run.Value.Set(before) }()
	for _, c := range []struct {
		pattern, test string
		want          bool
	}{{"TestX", "TestX", false}, {"TestX/one", "TestX", true}, {"TestX/one", "TestX/one", false}, {"TestX/one/two", "TestX/one", true}} {
		if err := run.Value.Set(c.pattern); err != nil {
			t.Fatal(err)
		}
		if got := partial(c.test); got != c.want {
			t.Errorf("-run %s, %s: %v", c.pattern, c.test, got)
		}
	}
}

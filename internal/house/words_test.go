package house

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unused are the words that docs/glossary.md lists as not used, with what to write
// instead. They are looked for in names, comments, texts and docs alike; a name
// counts word by word.
func unused() map[string]string {
	return map[string]string{
		`answer(s|ed|ing)?`:         "response, or: a server responds, a function returns",
		`refus(e|es|ed|ing|al|als)`: "reject; a connection is refused, a credential is unauthorized, a secret is withheld",
		`settl(e|es|ed|ing)`:        "commit, roll back, clamp, merge or record",
		`gate(s|d)?`:                "store tokens or pause",
		`stamp(s|ed|ing)?`:          "timestamp, entry, credential; to set or sign a header",
		`pulse(s)?`:                 "host health or rescan interval",
		`floor(s|ed)?`:              "minimum, baseline or root",
		`heed(s|ed|ing)?`:           "handle or obey",
		`hear(s|d|ing)?`:            "observe",
		`tell(s|ing)?|told`:         "emit, report or return; to tell apart is to distinguish",
		`park(s|ed|ing|er)?`:        "suspend",
		`lapse(s|d)?`:               "expire",
		`lesson(s)?|teach(es)?`:     "sample",
		`further (in|out)`:          "inner, outer",
		`(lay|lays|laid|laying)( it| them)? down|(take|takes|taken|took|taking)( it| them)? up( again)?`: "suspend, reacquire",
	}
}

// allowed are uses in the sense of others, by file; "" is the whole tree.
func allowed() map[string][]string {
	return map[string][]string{
		"":                             {"econnrefused", "connection refused", "conn refused", "connection was refused", "refused connection", "socket refused", "timestamp", "math floor", "investigate"},
		"docs/glossary.md":             {""}, // it lists them
		"CHANGELOG.md":                 {""}, // it lists old names
		"internal/house/words_test.go": {""},
	}
}

// TestTheGlossaryIsFollowed keeps a word with two meanings from coming back.
func TestTheGlossaryIsFollowed(t *testing.T) {
	type rule struct {
		find    *regexp.Regexp
		instead string
	}
	var rules []rule
	for _, word := range slices.Sorted(maps.Keys(unused())) {
		rules = append(rules, rule{regexp.MustCompile(`\b(?:` + word + `)\b`), unused()[word]})
	}
	paths := append(walk(t, ".go"), walk(t, ".md")...)
	counted := map[string]int{}
	for _, path := range paths {
		for i, line := range strings.Split(read(t, path), "\n") {
			words := plain(line, path)
			for _, r := range rules {
				if found := r.find.FindString(words); found != "" {
					counted[found]++
					t.Errorf("%s:%d: %q: write %s (docs/glossary.md)", path, i+1, found, r.instead)
				}
			}
		}
	}
	if len(counted) > 0 {
		t.Logf("left in the tree: %v", counted)
	}
}

// plain is a line in lower case, with names split into words and without the
// allowed uses.
func plain(line, path string) string {
	line = camel.ReplaceAllString(line, "$1 $2")
	line = strings.ToLower(separator.ReplaceAllString(line, " "))
	for _, file := range []string{"", path} {
		for _, use := range allowed()[file] {
			if use == "" {
				return ""
			}
			line = strings.ReplaceAll(line, use, "")
		}
	}
	return line
}

var (
	camel     = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	separator = regexp.MustCompile(`[_\-]`)
)

// The control: the words are found where they are, in every form.
func TestTheGlossaryFindsItsWords(t *testing.T) {
	rules := unused()
	for line, want := range map[string]string{
		"// Who waits further in is told.":    `further (in|out)`,
		"func (l *Limiter) settlePause() {":   `settl(e|es|ed|ing)`,
		`t.Error("the answer came late")`:     `answer(s|ed|ing)?`,
		"ErrRefused = errors.New(\"full\")":   `refus(e|es|ed|ing|al|als)`,
		"// What it lays down it takes up.":   `(lay|lays|laid|laying)( it| them)? down|(take|takes|taken|took|taking)( it| them)? up( again)?`,
		"| slots | laid down during a wait |": `(lay|lays|laid|laying)( it| them)? down|(take|takes|taken|took|taking)( it| them)? up( again)?`,
	} {
		if _, ok := rules[want]; !ok {
			t.Fatalf("no rule %q", want)
		}
		if !regexp.MustCompile(`\b(?:` + want + `)\b`).MatchString(plain(line, "x.go")) {
			t.Errorf("%q is not found in %q", want, line)
		}
	}
	for _, line := range []string{"syscall.ECONNREFUSED", "// The connection was refused.", "the timestamp of a row", "navigate"} {
		for word := range rules {
			if regexp.MustCompile(`\b(?:` + word + `)\b`).MatchString(plain(line, "x.go")) {
				t.Errorf("%q is found in %q", word, line)
			}
		}
	}
}

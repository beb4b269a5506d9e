package house

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unused returns the words that docs/glossary.md lists as not used, with what to write instead. The
// test looks for them in names, comments, texts and docs alike. It splits names into words.
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

// allowed returns the uses in another sense, such as third-party terms, by file. "" is the whole
// tree.
func allowed() map[string][]string {
	return map[string][]string{
		"":                                  {"econnrefused", "refused stream", "connection refused", "conn refused", "connection was refused", "refused connection", "socket refused", "timestamp", "math floor", "investigate"},
		"replay/golden_test.go":             {`"/refused"`},
		"replay/store/text/example_test.go": {`"refused"`, `refused`}, // a word of the format on disk
		"replay/store/fault.go":             {`"refused"`},            // a word of the format on disk
		"replay/store/fault_test.go":        {`"refused"`},
		"docs/glossary.md":                  {""}, // it lists them
		"CHANGELOG.md":                      {""}, // it lists old names
		"internal/house/words_test.go":      {""},
	}
}

// A rule is a word that is not used.
type rule struct {
	find    *regexp.Regexp
	stems   []string // a text that contains none of them does not match
	instead string
}

func rules() (list []rule) {
	for _, word := range slices.Sorted(maps.Keys(unused())) {
		list = append(list, rule{regexp.MustCompile(`\b(?:` + word + `)\b`), stems(word), unused()[word]})
	}
	return list
}

// stems returns, for each alternative of a pattern, the longest text outside of its groups. Every
// match contains one of them.
func stems(pattern string) (list []string) {
	for alternative := range strings.SplitSeq(group.ReplaceAllString(pattern, "()"), "|") {
		longest := ""
		for part := range strings.SplitSeq(alternative, "()") {
			if part = strings.TrimPrefix(part, "?"); len(part) > len(longest) {
				longest = part
			}
		}
		list = append(list, longest)
	}
	return list
}

// group is a group of a pattern, without groups in it.
var group = regexp.MustCompile(`\([^()]*\)`)

// in reports whether a text may match.
func (r rule) in(text string) bool {
	return slices.ContainsFunc(r.stems, func(stem string) bool { return strings.Contains(text, stem) })
}

// TestTheGlossaryIsFollowed keeps a word with two meanings from coming back.
func TestTheGlossaryIsFollowed(t *testing.T) {
	counted := map[string]int{}
	list := rules()
	for _, path := range append(walk(t, ".go"), walk(t, ".md")...) {
		text := plain(read(t, path), path)
		for _, r := range list {
			if !r.in(text) {
				continue
			}
			for i, line := range strings.Split(text, "\n") {
				if !r.in(line) {
					continue
				}
				if found := r.find.FindString(line); found != "" {
					counted[found]++
					t.Errorf("%s:%d: %q: write %s (docs/glossary.md)", path, i+1, found, r.instead)
				}
			}
		}
		if text == "" {
			continue
		}
		for i, line := range strings.Split(read(t, path), "\n") {
			if who(line) {
				t.Errorf("%s:%d: a sentence begins with Who: write its subject, such as \"A request that\"", path, i+1)
			}
		}
	}
	if len(counted) > 0 {
		t.Logf("left in the tree: %v", counted)
	}
}

// who reports whether a sentence of a comment or a text has Who for its subject,
// as in "Who waits leaves". A question may begin so.
func who(line string) bool {
	i := strings.Index(line, "Who ")
	if i < 0 || strings.HasSuffix(strings.TrimSpace(line), "?") {
		return false
	}
	before := strings.TrimRight(line[:i], " \t")
	return before == "" || strings.HasSuffix(before, "//") || strings.HasSuffix(before, ".") && len(before) < i
}

// plain returns a text in lower case, with names split into words and without the allowed uses. It
// is "" if all of the text is allowed.
func plain(text, path string) string {
	b := make([]byte, 0, len(text)+len(text)/8)
	var last byte
	for i := range len(text) {
		c := text[i]
		upper := 'A' <= c && c <= 'Z'
		if upper && ('a' <= last && last <= 'z' || '0' <= last && last <= '9') {
			b = append(b, ' ')
		}
		last = c
		switch {
		case upper:
			c += 'a' - 'A'
		case c == '_' || c == '-':
			c = ' '
		}
		b = append(b, c)
	}
	text = string(b)
	for _, file := range []string{"", path} {
		for _, use := range allowed()[file] {
			if use == "" {
				return ""
			}
			text = strings.ReplaceAll(text, use, "")
		}
	}
	return text
}

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

// The control: Who is found where it is a subject, and nowhere else.
func TestTheGlossaryFindsWho(t *testing.T) {
	for line, want := range map[string]bool{
		"// Who waits is told nothing.":                 true,
		"	x++ // Who waits leaves.":                     true,
		"// It returns. Who waits leaves.":              true,
		"Who waits leaves. It is a line of a text.":     true,
		"// A request leaves. Who decides that it may?": false,
		"// a request who waits":                        false,
		"## Who needs it":                               false,
		"| Who | When |":                                false,
		`t.Error("Who waits")`:                          false,
		"// Whoever waits leaves.":                      false,
	} {
		if got := who(line); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}

// The control: a stem that a match need not contain would hide the match.
func TestEveryMatchOfARuleHoldsAStem(t *testing.T) {
	for pattern, want := range map[string][]string{
		`answer(s|ed)?`:      {"answer"},
		`tell(s|ing)?|told`:  {"tell", "told"},
		`further (in|out)`:   {"further "},
		`(lay|lays)( x)? to`: {" to"},
	} {
		if got := stems(pattern); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
	}
}

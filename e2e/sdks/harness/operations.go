package harness

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// replayed is what [Tape] notes about an operation that was replayed.
const replayed = "replayed"

// operations returns the operations with which an SDK is recorded: its calls and further ones, by
// their names in docs/sdks.md.
func (s *SDK) operations(c Calls) (map[string]func(context.Context) (string, error), error) {
	all := map[string]func(context.Context) (string, error){}
	for name, call := range c.each() {
		function := s.Functions[name]
		if function == "" || all[function] != nil {
			return nil, fmt.Errorf("%s: Functions has no name of its own for the call %q", s.Name, name)
		}
		all[function] = call
	}
	if len(s.Functions) > len(all) {
		return nil, fmt.Errorf("%s: Functions names calls that it has not: %q", s.Name, s.Functions)
	}
	for function, call := range c.More {
		if all[function] != nil {
			return nil, fmt.Errorf("%s: two operations are called %q", s.Name, function)
		}
		all[function] = call
	}
	return all, nil
}

// tapes writes the rows about what was replayed without a network.
func tapes(b *strings.Builder, pages []page) {
	for _, p := range pages {
		var done, not []string
		for _, figure := range slices.Sorted(maps.Keys(p.Seen)) {
			function, ok := strings.CutPrefix(figure, "tape ")
			switch {
			case !ok:
			case p.Seen[figure] == replayed:
				done = append(done, function)
			default:
				not = append(not, function+": "+p.Seen[figure])
			}
		}
		fmt.Fprintf(b, "| %s | %d of %d | %s | %s |\n", p.SDK.Name, len(done), len(done)+len(not),
			or(strings.Join(done, ", "), "-"), or(strings.Join(not, "; "), "-"))
	}
}

// sum writes the sum of the rows in a document, of all modules.
func sum(b *strings.Builder, doc []byte) {
	rows := regexp.MustCompile(`(?m)^\| [^|]+ \| (\d+) of (\d+) \|`).FindAllSubmatch(doc, -1)
	done, all := 0, 0
	for _, r := range rows {
		done += number(r[1])
		all += number(r[2])
	}
	fmt.Fprintf(b, "Replayed: %d of %d operations of %d SDKs.\n", done, all, len(rows))
}

// number returns the value of digits.
func number(digits []byte) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

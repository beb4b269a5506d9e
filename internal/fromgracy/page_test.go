package fromgracy_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	manual = "../../docs/from-gracy.md"
	rows   = 82 // features of the original
)

var update = flag.Bool("update", false, "write the snippets of docs/from-gracy.md anew")

var (
	heading = regexp.MustCompile(`(?m)^### (\d+)\. .*$`)
	fence   = regexp.MustCompile("(?ms)^```go (.*?)\n(.*?)^```$")
)

// declared returns the source of each declaration in the test files by its name, or for an Example
// its body with the output.
func declared(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := map[string]string{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, b, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		text := func(from, to token.Pos) string { return string(b[set.Position(from).Offset:set.Position(to).Offset]) }
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				switch {
				case strings.HasPrefix(d.Name.Name, "Example"):
					body := text(d.Body.Lbrace+1, d.Body.Rbrace)
					code[d.Name.Name] = strings.TrimSpace(strings.ReplaceAll(body, "\n\t", "\n"))
				case d.Recv == nil:
					code[d.Name.Name] = text(d.Pos(), d.End())
				default:
					code[receiver(d)+"."+d.Name.Name] = text(d.Pos(), d.End())
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						code[spec.Name.Name] = text(d.Pos(), d.End())
					case *ast.ValueSpec:
						code[spec.Names[0].Name] = text(d.Pos(), d.End())
					}
				}
			}
		}
	}
	return code
}

func receiver(d *ast.FuncDecl) string {
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return typ.(*ast.Ident).Name
}

func read(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every Go snippet of the page is the code that its fence names, which runs here, and every Example
// is on the page.
func TestThePageIsCodeThatRuns(t *testing.T) {
	code, shown := declared(t), map[string]bool{}
	text := read(t)
	fresh := fence.ReplaceAllStringFunc(text, func(block string) string {
		m := fence.FindStringSubmatch(block)
		var parts []string
		for name := range strings.FieldsSeq(m[1]) {
			part, ok := code[name]
			if !ok {
				t.Errorf("the page shows %s, which no test file declares", name)
			}
			parts = append(parts, part)
			shown[name] = true
		}
		want := strings.Join(parts, "\n\n") + "\n"
		if want != m[2] && !*update {
			t.Errorf("%s: the page has\n%s\nwhat runs is\n%s", m[1], m[2], want)
		}
		return "```go " + m[1] + "\n" + want + "```"
	})
	if *update && fresh != text {
		if err := os.WriteFile(manual, []byte(fresh), 0o644); err != nil { //nolint:gosec // a page of the documentation
			t.Fatal(err)
		}
	}
	for name := range code {
		if strings.HasPrefix(name, "Example") && !shown[name] {
			t.Errorf("%s is not on the page", name)
		}
	}
	if n := strings.Count(text, "```go"); n != len(fence.FindAllString(text, -1)) {
		t.Errorf("of %d Go snippets some have no name of an Example at their fence", n)
	}
}

// The page has every feature of the original, by number and in order, each with a line of Python
// and an Example.
func TestThePageHasEveryRow(t *testing.T) {
	text := read(t)
	at := heading.FindAllStringSubmatchIndex(text, -1)
	var numbers []int
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		section := text[m[0]:end]
		n, _ := strconv.Atoi(text[m[2]:m[3]])
		numbers = append(numbers, n)
		if !strings.Contains(section, "```python\n") {
			t.Errorf("row %d has no line of Python", n)
		}
		if !strings.Contains(section, "Example_row"+strconv.Itoa(n)) {
			t.Errorf("row %d has no Example_row%d", n, n)
		}
	}
	var want []int
	for n := range rows {
		want = append(want, n+1)
	}
	if !slices.Equal(numbers, want) {
		t.Errorf("the page has the rows %v, want 1 to %d", numbers, rows)
	}
}

// Each row that is not simply the same says so: an intended difference says how to get the original
// behavior, the others give their reason.
func TestTheReasonsOfThePage(t *testing.T) {
	text := read(t)
	sections := map[string]string{}
	at := heading.FindAllStringSubmatchIndex(text, -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		sections[text[m[2]:m[3]]] = text[m[0]:end]
	}
	rowLink := regexp.MustCompile(`\[(\d+)\]\(#`)
	listed := func(from, to string) (list []string) {
		_, part, ok := strings.Cut(text, from)
		part, _, end := strings.Cut(part, to)
		if !ok || !end {
			t.Fatalf("no part of the page is between %q and %q", from, to)
		}
		for _, m := range rowLink.FindAllStringSubmatch(part, -1) {
			list = append(list, m[1])
		}
		return list
	}
	if strings.Contains(text, "for later") {
		t.Error("a row is for later: the head of the page says that none is")
	}
	different := listed("On purpose", "A Python line")
	if len(different) < 10 {
		t.Errorf("%d differences are listed, want all", len(different))
	}
	for _, n := range different {
		if s := sections[n]; !strings.Contains(s, "literal") && !strings.Contains(s, "as in Python") && !strings.Contains(s, "asThere") {
			t.Errorf("row %s is different, and nothing there does as the original did", n)
		}
	}
	for _, c := range []struct {
		reason string
		listed []string
		want   string
	}{
		{"Not applicable", listed("Not applicable", "## The words"), "5 18 19 57"},
	} {
		slices.SortFunc(c.listed, func(a, b string) int { x, _ := strconv.Atoi(a); y, _ := strconv.Atoi(b); return x - y })
		if got := strings.Join(c.listed, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.reason, got, c.want)
		}
		for _, n := range c.listed {
			if s := sections[n]; !strings.Contains(s, c.reason) && !strings.Contains(s, " yet") {
				t.Errorf("row %s does not say that it is %q", n, c.reason)
			}
		}
	}
}

// The placeholders of the original. docs/logging.md explains all of them and assigns each to an
// event. A test of package logging asserts the value of each.
var placeholders = strings.Fields(`URL UURL ENDPOINT UENDPOINT METHOD STATUS ELAPSED REPLAY IS_REPLAY RETRY_DELAY RETRY_CAUSE CUR_ATTEMPT
	MAX_ATTEMPT THROTTLE_TIME THROTTLE_LIMIT THROTTLE_TIME_RANGE CONCURRENT_REQUESTS RETRY_AFTER RETRY_AFTER_ACTUAL_WAIT WAIT_TIME
	RECORDED_COUNT REPLAYED_COUNT`)

func TestEveryPlaceholderOfTheOriginalIsKnown(t *testing.T) {
	b, err := os.ReadFile("../../docs/logging.md")
	if err != nil {
		t.Fatal(err)
	}
	explained, table, ok := strings.Cut(string(b), "<!-- placeholders -->")
	if !ok || len(placeholders) != 22 {
		t.Fatalf("%d placeholders, and the table is there: %v", len(placeholders), ok)
	}
	for _, name := range placeholders {
		row := regexp.MustCompile("(?m)^\\| `\\{" + name + "\\}` \\|.*$").FindString(table)
		if !strings.Contains(explained, "`{"+name+"}`") || !strings.Contains(row, "×") {
			t.Errorf("{%s} has no explanation or no event: %q", name, row)
		}
	}
}

// Every link within the page leads to a heading, and every other one to a file.
func TestItsLinksLead(t *testing.T) {
	text, anchors := read(t), map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^##+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		anchors["#"+strings.ReplaceAll(name, " ", "-")] = true
	}
	prose := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text, "")
	links := regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(prose, -1)
	for _, m := range links {
		link := m[1]
		if strings.HasPrefix(link, "#") && !anchors[link] {
			t.Errorf("no heading is %s", link)
		}
		if !strings.HasPrefix(link, "#") && !strings.HasPrefix(link, "https://") {
			if _, err := os.Stat(filepath.Join(filepath.Dir(manual), link)); err != nil {
				t.Error(err)
			}
		}
	}
	if len(links) < rows/2 {
		t.Errorf("%d links, want many", len(links))
	}
}

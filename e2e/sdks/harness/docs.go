package harness

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// page is what docs/sdks.md says about an SDK.
type page struct {
	SDK  *SDK
	Code string
	Seen map[string]string
}

// section writes the parts of a document that are generated from the SDKs of one module, between
// comments that name it. Unless write is set, it returns an error if the parts are not up to date.
func section(doc, name string, sdks []*SDK, saw map[string]map[string]string, write bool) error {
	var pages []page
	for _, sdk := range sdks {
		src, err := code(sdk.Code)
		if err != nil {
			return err
		}
		pages = append(pages, page{sdk, src, saw[sdk.Name]})
	}
	text, err := os.ReadFile(doc) //nolint:gosec // a file of the repository
	if err != nil {
		return err
	}
	for _, part := range []struct {
		of, what string
		write    func(*strings.Builder, []page)
	}{
		{name, "alone", alone},
		{name, "over", over},
		{name, "tapes", tapes},
		{name, "each", each},
		{"all", "sum", func(b *strings.Builder, _ []page) { sum(b, text) }},
	} {
		var b strings.Builder
		part.write(&b, pages)
		begin, end := fmt.Appendf(nil, "<!-- %s: %s -->\n", part.of, part.what), fmt.Appendf(nil, "<!-- end of %s: %s -->", part.of, part.what)
		head, rest, ok := bytes.Cut(text, begin)
		old, tail, found := bytes.Cut(rest, end)
		switch {
		case !ok || !found:
			return fmt.Errorf("%s has no %s", doc, begin)
		case string(old) != b.String() && !write:
			return fmt.Errorf("%s: part %q of %s is not what was seen: write it anew with -update", doc, part.what, part.of)
		}
		text = bytes.Join([][]byte{head, begin, []byte(b.String()), end, tail}, nil)
	}
	if !write {
		return nil
	}
	return os.WriteFile(doc, text, 0o644) //nolint:gosec // a file of the repository
}

// alone writes the rows about what SDKs do without the stack.
func alone(b *strings.Builder, pages []page) {
	for _, p := range pages {
		read := []string{}
		for _, call := range []string{"read", "write"} {
			var counts []string
			for _, f := range []Fault{Unavailable, Later, Throttled, Reset} {
				counts = append(counts, or(p.Seen["alone "+call+" "+f.Name], "-"))
			}
			read = append(read, strings.Join(counts, ", "))
		}
		body := p.Seen["write body"]
		if up, ok := p.Seen["upload body"]; ok && up != body {
			body += "; uploads: " + up
		}
		obeys := p.Seen["obeys 503"]
		switch o := p.Seen["obeys 429"]; {
		case obeys == "":
			obeys = o
		case o != "" && o != obeys:
			obeys += ", a 429 " + o
		}
		mark := "none"
		if len(p.SDK.Marks) > 0 {
			mark = "`" + strings.Join(p.SDK.Marks, "`, `") + "`"
		}
		key := p.Seen["key"]
		if key != "" {
			key = "`" + key + "`"
		}
		fmt.Fprintf(b, "| [%s](#%s) %s | %s | %s | %s | %s | %s | %s |\n", p.SDK.Name, anchor(p.SDK.Name), p.Seen["version"],
			read[0], read[1], or(obeys, "-"), mark, or(key, "none"), or(body, "-"))
	}
}

// over writes the rows about what happens over the stack.
func over(b *strings.Builder, pages []page) {
	for _, p := range pages {
		cell := func(figures ...string) string {
			var all []string
			for _, f := range figures {
				if v := p.Seen[f]; v != "" && (len(all) == 0 || all[len(all)-1] != v) {
					all = append(all, v)
				}
			}
			return or(strings.Join(all, ", "), "-")
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", p.SDK.Name,
			cell("over read 503", "over read 500", "over read reset", "over read 429 with Retry-After"),
			cell("over write 503", "over write 500", "over write reset"),
			cell("over write 429 with Retry-After", "over write 429 on half of the body"),
			cell("over upload 503", "over upload 429 with Retry-After"), cell("stream"), cell("product"), cell("routes"))
	}
}

// each writes a section for each SDK: its code, and what its users should know.
func each(b *strings.Builder, pages []page) {
	for _, p := range pages {
		advice := p.SDK.Advice
		switch {
		case advice != "":
		case p.SDK.NoOwn:
			advice = "none"
		case p.SDK.Off == "":
			advice = "off by default, leave them off"
		default:
			advice = "turn them off"
		}
		fmt.Fprintf(b, "\n### %s\n\n`%s` %s. Client: %s. Its own retries: %s", p.SDK.Name, p.SDK.Module, p.Seen["version"], p.SDK.Client, advice)
		if p.SDK.Off != "" {
			fmt.Fprintf(b, ", by %s", p.SDK.Off)
		}
		b.WriteString(".")
		if p.SDK.Routes != nil {
			fmt.Fprintf(b, " Routes: `transport.Routes(%s()...)`.", function(p.SDK.Routes))
		}
		if p.SDK.Safe != nil {
			fmt.Fprintf(b, " POSTs that only read: `transport.Safe(%s)`.", `"`+strings.Join(p.SDK.Safe, `", "`)+`"`)
		}
		b.WriteString("\n")
		for _, n := range p.SDK.Notes {
			fmt.Fprintf(b, "%s\n", n)
		}
		fmt.Fprintf(b, "\n```go\n%s```\n", p.Code)
	}
	if len(pages) > 0 {
		b.WriteString("\n")
	}
}

// code returns the body of a function in the tests of this directory, without the lines that end in
// "// test".
func code(name string) (string, error) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		return "", err
	}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // a file of the repository
		if err != nil {
			return "", err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, text, parser.ParseComments)
		if err != nil {
			return "", err
		}
		for _, d := range tree.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != name {
				continue
			}
			var out strings.Builder
			for line := range strings.Lines(string(text[set.Position(f.Body.Lbrace).Offset+2 : set.Position(f.Body.Rbrace).Offset])) {
				if !strings.HasSuffix(strings.TrimSpace(line), "// test") {
					out.WriteString(line)
				}
			}
			src, err := format.Source([]byte(out.String()))
			if err != nil {
				return "", fmt.Errorf("%s: %w", name, err)
			}
			return strings.TrimLeft(dedent(string(src)), "\n"), nil
		}
	}
	return "", fmt.Errorf("no function %s", name)
}

// function returns the name of a function, with its package.
func function(f any) string {
	return path.Base(runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name())
}

// dedent removes one tab from each line.
func dedent(s string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		out.WriteString(strings.TrimPrefix(line, "\t"))
	}
	return out.String()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// anchor returns the anchor of a heading.
func anchor(heading string) string {
	return strings.NewReplacer("/", "", " ", "-", ".", "").Replace(strings.ToLower(heading))
}

package house

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// features returns the packages of one layer each: those below the root that call layer.Wrap.
func features(t *testing.T) (dirs []string) {
	t.Helper()
	for _, s := range sources(t) {
		dir := s.dir()
		switch {
		case s.isTest(), dir == ".", strings.Contains(dir, "/"), dir == "transport", dir == "layer", dir == "bench", dir == "e2e":
		case strings.Contains(s.text, "layer.Wrap(") && !slices.Contains(dirs, dir):
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	if len(dirs) < 9 {
		t.Fatalf("found the layers %v, want nine or more: the check looks in the wrong place", dirs)
	}
	return dirs
}

// place is a file that must name every layer, and the cure if it does not.
type place struct {
	file string
	want string // a regular expression with LAYER in it
	cure string
}

func places() []place {
	return []place{
		{".golangci.yml", `- \{pkg: github.com/gracy-go/gracy/LAYER\$?,`, "add it to the features that no other feature may import"},
		{".golangci.yml", `"\*\*/\{[^}]*\bLAYER\b[^}]*\}/\*\.go"`, "add it to the folders of the rule features"},
		{"README.md", `(?m)^\| \[` + "`LAYER`" + `\]\(LAYER\) \|`, "add a row to the table of layers"},
		{"docs/architecture.md", `(?m)^    LAYER `, "draw it into the order of a call"},
		{"docs/architecture.md", "(?m)^\\| .*`LAYER`.* \\|", "name it in the table of rooms"},
		{"doc.go", `(?m)^//   - (?:[a-z]+, )*LAYER\b`, "list it in the package comment of the root"},
		{"CHANGELOG.md", "`LAYER`|\\bLAYER:|\\*\\*LAYER\\*\\*", "say what users get"},
		{"LAYER/doc.go", `(?m)^// # Defaults`, "add a section Defaults: what zero fields mean"},
		{"LAYER/doc.go", `(?m)^// # Place`, "add a section Place: where it stands in a chain, and why"},
		{"LAYER/doc.go", `(?m)^// # Override`, "add a section Override: how to change or switch it off for one call"},
		{"LAYER/doc.go", `(?m)^// # What it will not do`, "add a section What it will not do"},
		{"LAYER/example_test.go", `// Output:`, "add offline Examples with their output"},
	}
}

// corePlaces returns the places that name the layers of the root module. They cannot import a layer
// that is a module of its own.
func corePlaces() []place {
	return []place{
		{"internal/doors/rules_test.go", `"LAYER": +\{ours: (?:leaf|append\(\[\]string\{[^}]*\}, leaf\.\.\.\))[,}]`, "add a row to the table of doors: what the package may import"},
		{"order_test.go", `\{"LAYER", func`, "add it to layerCases() at its place in the documented order, so that the contract suite runs over it alone, in pairs and in the whole stack"},
		{"README.md", `outermost first: [^.]*\bLAYER\b`, "name it in the sentence that gives the order"},
	}
}

// placesOf returns the places that must name the layer of a folder.
func placesOf(dir string) []place {
	if exists(dir + "/go.mod") {
		return places()
	}
	return append(places(), corePlaces()...)
}

// TestEveryLayerIsNamedEverywhere is CONTRIBUTING's "A new layer" as a check.
func TestEveryLayerIsNamedEverywhere(t *testing.T) {
	for _, dir := range features(t) {
		for _, p := range placesOf(dir) {
			file := strings.ReplaceAll(p.file, "LAYER", dir)
			if !exists(file) || !regexp.MustCompile(strings.ReplaceAll(p.want, "LAYER", dir)).MatchString(read(t, file)) {
				t.Errorf("%s is missing in %s: %s", dir, file, p.cure)
			}
		}
		if !anyFile(t, dir, `roundtriptest\.Run\(`) {
			t.Errorf("%s has no contract_test.go: run roundtriptest.Run over the layer; a departure is declared there", dir)
		}
		if !anyFile(t, dir, `\bp\.Describe\(transport\.Traits\{`) {
			t.Errorf("%s does not describe itself: implement transport.Explainer and call p.Describe, so that Explain can warn of doubtful orders", dir)
		}
	}
}

// The control: a layer that nobody has named is missed in every place.
func TestALayerThatIsNamedNowhereIsMissed(t *testing.T) {
	for _, p := range placesOf("useragent") {
		if strings.HasPrefix(p.file, "LAYER/") {
			continue
		}
		if regexp.MustCompile(strings.ReplaceAll(p.want, "LAYER", "useragent")).MatchString(read(t, p.file)) {
			t.Errorf("%s has %q for a layer that does not exist", p.file, p.want)
		}
	}
}

// TestTheOrderIsTheSameEverywhere: README, architecture and the contract suite
// give one order of the layers.
func TestTheOrderIsTheSameEverywhere(t *testing.T) {
	layerCases := names(read(t, "order_test.go"), `(?m)^\t\t\{"([a-z ]+)", func`)
	layerCases = slices.DeleteFunc(layerCases, func(n string) bool { return strings.Contains(n, " ") }) // the per-attempt ones
	sentence := regexp.MustCompile(`outermost first: ([^.]*)\.`).FindStringSubmatch(read(t, "README.md"))
	if sentence == nil {
		t.Fatal("README.md has no sentence that gives the order, outermost first")
	}
	readme := strings.Split(sentence[1], ", ")
	if !slices.Equal(layerCases, readme) {
		t.Errorf("order_test.go has the order %v, README.md %v", layerCases, readme)
	}
	var drawn []string
	for _, n := range names(read(t, "docs/architecture.md"), `(?m)^    ([a-z]+) {2,}`) {
		if slices.Contains(layerCases, n) && !slices.Contains(drawn, n) {
			drawn = append(drawn, n)
		}
	}
	if !slices.Equal(layerCases, drawn) {
		t.Errorf("order_test.go has the order %v, docs/architecture.md %v", layerCases, drawn)
	}
}

func names(text, find string) (found []string) {
	for _, m := range regexp.MustCompile(find).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func exists(path string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(path)))
	return err == nil
}

// anyFile reports whether a file of the folder matches.
func anyFile(t *testing.T, dir, find string) bool {
	t.Helper()
	re := regexp.MustCompile(find)
	return slices.ContainsFunc(sources(t), func(s source) bool { return s.dir() == dir && re.MatchString(s.text) })
}

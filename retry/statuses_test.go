package retry_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/transport/verdict"
)

// retryable returns the statuses that the code retries by default.
func retryable() []string {
	var codes []string
	for code := 100; code <= 999; code++ {
		if verdict.Status(code).Retryable {
			codes = append(codes, strconv.Itoa(code))
		}
	}
	return codes
}

var (
	// aList is a list in running text: it begins with the first two of the defaults.
	aList = regexp.MustCompile(`408[,\s]+425(?:(?:[,\s]|\band\b)+\d{3}\b)+`)
	aCode = regexp.MustCompile(`\b\d{3}\b`)
)

// Every text that lists the statuses that are retried by default lists those of
// verdict.Status. A change of the code alone fails here, with the texts to change.
func TestTextsListTheStatusesOfTheCode(t *testing.T) {
	want := retryable()
	found := map[string]bool{}
	compare := func(path string, got []string) {
		found[path] = true
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, but verdict.Status retries %v: change the text", path, got, want)
		}
	}
	const table = "transport/verdict/status.go" // a table of rows, which is no list
	root := os.DirFS("..")
	compare(table, retryableRows(t, root, table))
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && len(d.Name()) > 1 && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || path == table || !slices.Contains([]string{".go", ".md"}, filepath.Ext(path)):
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		// A comment may break the line within the list.
		for _, list := range aList.FindAllString(strings.ReplaceAll(string(text), "//", ""), -1) {
			compare(path, aCode.FindAllString(list, -1))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"docs/retry.md", "retry/doc.go", "retry/policy.go"} {
		if !found[path] {
			t.Errorf("%s has no list of the statuses that are retried by default any more, want %v", path, want)
		}
	}
}

// retryableRows returns the codes of the rows of the table in the comment of
// verdict.Status whose column "retryable" says yes.
func retryableRows(t *testing.T, root fs.FS, path string) (codes []string) {
	t.Helper()
	text, err := fs.ReadFile(root, path)
	if err != nil {
		t.Fatal(err)
	}
	column := -1
	for line := range strings.Lines(string(text)) {
		switch row, ok := strings.CutPrefix(line, "//\t"); {
		case ok && column < 0:
			column = strings.Index(row, "retryable")
		case ok && strings.HasPrefix(row[min(column, len(row)):], "yes"):
			codes = append(codes, aCode.FindAllString(row[:column], -1)...)
		}
	}
	return codes
}

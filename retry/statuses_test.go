package retry_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// retryable returns the statuses that the code retries by default, as Judge and DefaultCondition
// decide from verdict.Status.
func retryable(t *testing.T) []string {
	t.Helper()
	var codes []string
	req := request(t, t.Context(), http.MethodGet, nil)
	for code := 100; code <= 999; code++ {
		resp := rttest.Response(req, code, "")
		retried := retry.DefaultCondition(retry.Outcome{
			Request: req, Response: resp, Number: 1, Verdict: verdict.Judge(req, resp, nil, transport.Expect{}),
		})
		if want := verdict.Status(code).Retryable; retried != want {
			t.Errorf("%d: DefaultCondition returns %v, but verdict.Status says %v", code, retried, want)
		}
		if retried {
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

// Every text that lists the statuses that are retried by default must list those of verdict.Status.
// A change of the code alone fails here, with the texts that must change.
func TestTextsListTheStatusesOfTheCode(t *testing.T) {
	want := retryable(t)
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
	var rows []string
	for code, class := range tableRows(t, root, table) {
		if class.Retryable {
			rows = append(rows, strconv.Itoa(code))
		}
	}
	compare(table, rows)
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

// The other columns of the table in the comment of verdict.Status must agree with the code too.
func TestTheTableOfStatusesIsThatOfTheCode(t *testing.T) {
	const table = "transport/verdict/status.go"
	rows := tableRows(t, os.DirFS(".."), table)
	for code := range 1000 {
		if got, want := rows[code], verdict.Status(code); got != want {
			t.Errorf("%s has a row in which %d is %+v, but verdict.Status returns %+v: change the table", table, code, got, want)
		}
	}
}

// tableRows returns the rows of the table in the comment of verdict.Status by code. A row says yes
// below the names of its columns.
func tableRows(t *testing.T, root fs.FS, path string) map[int]verdict.StatusClass {
	t.Helper()
	text, err := fs.ReadFile(root, path)
	if err != nil {
		t.Fatal(err)
	}
	head, rows := "", map[int]verdict.StatusClass{}
	for line := range strings.Lines(string(text)) {
		row, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			continue
		}
		if head == "" {
			head = row
			continue
		}
		yes := func(column string) bool {
			at := strings.Index(head, column)
			return at > 0 && at < len(row) && strings.HasPrefix(row[at:], "yes")
		}
		class := verdict.StatusClass{Retryable: yes("retryable"), Pause: yes("pause"), Overload: yes("overload")}
		for _, code := range aCode.FindAllString(row, -1) {
			n, err := strconv.Atoi(code)
			if err != nil {
				t.Fatal(err)
			}
			rows[n] = class
		}
	}
	return rows
}

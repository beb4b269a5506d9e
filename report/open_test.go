package report

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestAPageIsReadBack(t *testing.T) {
	source := page10k(500)
	dir := t.TempDir()
	html, text := filepath.Join(dir, "a.html"), filepath.Join(dir, "a.json")
	for path, write := range map[string]func(*bytes.Buffer) error{
		html: func(b *bytes.Buffer) error { return HTML(b, source) },
		text: func(b *bytes.Buffer) error { return JSON(b, source) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := source.Snapshot(); !reflect.DeepEqual(got.Snapshot(), want) {
			t.Errorf("%s: the counts are read as %+v, want %+v", path, got.Snapshot(), want)
		}
		if path == html && !reflect.DeepEqual(got.Timeline(), source.calls) {
			t.Error("the calls of the page are read as others")
		}
		if path == text && len(got.Timeline().Calls) != 0 {
			t.Error("JSON has calls")
		}
		// A report that was read back makes the same page.
		if path == html && written(t, got) != written(t, source) {
			t.Error("the page of a page is another")
		}
	}
}

// The calls of several sources are read back by their start.
func TestCallsOfSeveralSourcesAreInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.html")
	if err := os.WriteFile(path, []byte(written(t, page10k(50), page10k(50))), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	calls := got.Timeline().Calls
	if len(calls) != 100 || !slices.IsSortedFunc(calls, func(a, b metrics.Call) int { return a.Start.Compare(b.Start) }) {
		t.Errorf("the %d calls are not by their start", len(calls))
	}
}

func TestWhatIsNoReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, text := range []string{
		"", "{}", "[]", "null", "<html></html>", dataBegins, dataBegins + "{}" + dataEnds, dataBegins + `{"gracy":99}` + dataEnds,
		dataBegins + `{"gracy":1,"timelines":[null]}` + dataEnds, dataBegins + `{"gracy":1,"timelines":[{"calls":{"start":"1"}}]}` + dataEnds,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(path); err == nil || !errors.Is(err, errNoReport) && !errors.Is(err, errPacked) {
			t.Errorf("%q is read as %v, %v", text, s, err)
		}
	}
	if _, err := Open(path + ".not"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A text editor may add a byte order mark.
func TestAByteOrderMarkIsNoPartOfAReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	var b bytes.Buffer
	b.WriteString("\ufeff")
	if err := JSON(&b, pokeapi()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Open(path)
	if err != nil || !reflect.DeepEqual(got.Snapshot(), pokeapi().Snapshot()) {
		t.Errorf("%v", err)
	}
}

func TestAPageThatIsNotReadSaysWhy(t *testing.T) {
	for text, want := range map[string]string{
		`{"gracy":99}`: "not a report of this package: schema 99, want 1: another version wrote it",
		`{"gracy":1}`:  "not a report of this package: no figures",
	} {
		if _, err := parse([]byte(dataBegins + text + dataEnds)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestSeveralSources(t *testing.T) {
	one, two := page10k(10), recorded{berries(), someCalls(5)}
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte(written(t, one, nil, two)), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want := metrics.Merge(one.Snapshot(), two.Snapshot())
	if !reflect.DeepEqual(got.Snapshot().Rows, want.Rows) || len(got.Timeline().Calls) != 15 || got.Timeline().Dropped != 14 {
		t.Errorf("of two sources there are %d rows and %d calls", len(got.Snapshot().Rows), len(got.Timeline().Calls))
	}
	// The page of the page still says whose each call was.
	if written(t, got) != written(t, one, two) {
		t.Error("the page of a page of two clients is another")
	}
}

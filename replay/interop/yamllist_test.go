package interop

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

func TestAListOfYAMLIsSplitAtItsDashes(t *testing.T) {
	const mark = "\ufeff"
	for text, want := range map[string][]string{
		mark + "l:\n- x: 1\n": {"- x: 1\n"},

		"a: 1\nl:\n- x: 1\n- x: 2\nb: 3\n":                              {"- x: 1\n", "- x: 2\n"},
		"l:\n    - x: 1\n    - x:\n        - y\n\n        - z\n":        {"    - x: 1\n", "    - x:\n        - y\n\n        - z\n"},
		"l:\n\n  # c\n  - x: |\n      - y\n# c\n      z\n  -\n    x: 2": {"  - x: |\n      - y\n# c\n      z\n", "  -\n    x: 2"},
		"l: []\n":                    nil,
		"l:\r\n- x: 1\r\n- x: 2\r\n": {"- x: 1\r\n", "- x: 2\r\n"},
		"l:\nb: 3\n- x\n":            nil,
		"l:\n- 'a\n\n  b'\n- c\n":    {"- 'a\n\n  b'\n", "- c\n"},
		"l:\n- a\n...\n- b\n":        {"- a\n"},
	} {
		var got []string
		for item, err := range yamlItems(strings.NewReader(text), "l", "", defaultLimits()) {
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			got = append(got, string(item.text))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "x: 1\n", "l: [1]\n", "l:\n", "l:\n # c"} {
		for _, err := range yamlItems(strings.NewReader(text), "l", "", defaultLimits()) {
			if err == nil {
				t.Errorf("%q is no error", text)
			}
		}
	}
}

func TestAnAliasToAnotherExchangeIsAnError(t *testing.T) {
	const text = "interactions:\n- request: &a {method: GET, uri: http://a.test/, body: null, headers: {}}\n  response: {status: {code: 200, message: OK}}\n- request: *a\n  response: {status: {code: 200, message: OK}}\n"
	if n, err := endOf(readText(VCRPy, text)); n != 1 || err == nil {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := endOf(readText(VCRPy, strings.Replace(text, "*a", "&b {method: *c, uri: &c http://a.test/}", 1))); n != 1 || err == nil {
		t.Errorf("an alias ahead of its anchor: got %d, %v", n, err)
	}
}

// A truncated file is an error if the truncation can be detected, after whichever line it occurs.
// Within an exchange it can, since each recorder writes a certain field last. Otherwise what is
// there is right, and if the recorder writes something after the list, a loss says that it is
// missing.
func TestACutCassetteIsAnError(t *testing.T) {
	for _, c := range []struct {
		format Format
		path   string
		closes bool
	}{{GoVCR, "govcr4.yaml", false}, {GoVCR, "govcr3.yaml", false}, {VCRPy, "vcrpy.yaml", true}, {RubyVCR, "rubyvcr.yml", true}} {
		file, err := os.ReadFile(filepath.Join("testdata", c.path))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := recordsOf(c.format, file)
		if err != nil || len(whole) < 15 {
			t.Fatalf("%s: %d exchanges, %v", c.path, len(whole), err)
		}
		places := make([]int, 0, len(file))
		for at := range file {
			if file[at] == '\n' && at+1 < len(file) || at > len(file)-400 {
				places = append(places, at)
			}
		}
		if !long.Wanted() {
			for i := range places[:len(places)/4] { // every fourth, which still covers each place in an exchange
				places[i] = places[4*i]
			}
			places = places[:len(places)/4]
		}
		errs := 0
		for _, at := range places {
			list, err := recordsOf(c.format, file[:at+1])
			if err != nil {
				errs++
				continue
			}
			if len(list) == 0 {
				t.Errorf("%s: cut at %d there is nothing, and no error", c.path, at)
				continue
			}
			last, want := list[len(list)-1], whole[len(list)-1]
			said := len(last.Losses) == len(want.Losses)+1 && last.Losses[len(want.Losses)].What == "the end of the file"
			if c.closes != said && len(list) < len(whole) {
				t.Errorf("%s: cut at %d it says %v", c.path, at, last.Losses)
			}
			got, is := *last.Exchange, *want.Exchange
			got.FirstByte, got.Total = is.FirstByte, is.Total // the last field of go-vcr
			if !reflect.DeepEqual(got, is) || last.Skipped != want.Skipped {
				t.Errorf("%s: cut at %d, no error, and\n%+v\nwant\n%+v", c.path, at, got.Response, is.Response)
			}
		}
		if errs < len(places)*8/10 {
			t.Errorf("%s: %d errors of %d cuts", c.path, errs, len(places))
		}
	}
}

// recordsOf returns the records of a file.
func recordsOf(f Format, file []byte) (list []*Record, err error) {
	for r, err := range readFrom(bytes.NewReader(file), f, false, defaultLimits()) {
		if err != nil {
			return list, err
		}
		list = append(list, r)
	}
	return list, nil
}

// A key before the list, put there by hand, says nothing about the end of the list.
func TestAClosingKeyBeforeTheListClosesNothing(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "vcrpy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	list, ok := bytes.CutSuffix(file, []byte("version: 1\n"))
	if !ok {
		t.Fatal("no version at the end")
	}
	first := append([]byte("version: 1\n"), list...)
	if whole, err := recordsOf(VCRPy, first); err != nil || len(whole) < 15 {
		t.Fatalf("%d exchanges, %v", len(whole), err)
	}
	at := bytes.LastIndex(first, []byte("    status:\n"))
	if _, err := recordsOf(VCRPy, first[:at]); err == nil || err.Error() != errCut().Error() {
		t.Errorf("cut before the last status: %v, want %v", err, errCut())
	}
}

package interop

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// small are bounds that a test reaches soon.
func small() limits { return limits{item: 1 << 20, body: 1 << 20, attached: 4 << 20, nodes: 1 << 14} }

// endOf reads all and returns how many there were, and the error.
func endOf(list iter.Seq2[*Record, error]) (n int, err error) {
	for _, err := range list {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// repeated is a stream of a head, then a text again and again, without an end.
type repeated struct {
	head string
	text string
	read int64
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.head == "" {
			r.head = r.text
		}
		k := copy(p[n:], r.head)
		n, r.head = n+k, r.head[k:]
	}
	r.read += int64(n)
	return n, nil
}

const goVCRHead = "version: 2\ninteractions:\n    - request:\n        url: http://a.test/\n        body: "

// TestAStreamWithoutAnEndIsAnError: whatever goes on for ever is an error after a bounded
// number of bytes.
func TestAStreamWithoutAnEndIsAnError(t *testing.T) {
	for name, test := range map[string]struct {
		f          Format
		head, text string
	}{
		"a line of YAML":          {GoVCR, goVCRHead, "x"},
		"lines of YAML":           {GoVCR, goVCRHead + "|\n", "            x\n"},
		"a line before the list":  {GoVCR, "", "x"},
		"blank lines of YAML":     {GoVCR, goVCRHead, "\n"},
		"flow of YAML":            {GoVCR, goVCRHead + "[", "[],"},
		"a text of JSON":          {HAR, `{"log":{"entries":[{"request":{"url":"`, "x"},
		"spaces of JSON":          {HAR, `{"log":{"entries":[`, " "},
		"nesting of JSON":         {HAR, `{"log":{"entries":[{"x":`, "["},
		"nesting before the list": {HAR, `{"log":{"x":`, `{"x":`},
		"a list before the list":  {HAR, `{"log":{"x":[`, `1,`},
		"members of nock":         {Nock, `[{"response":[`, `{"a":1},`},
		"a line of ours":          {JSON, `{"gracy":1,"request":{"url":"`, "x"},
		"a cassette of betamax":   {Betamax, `{"http_interactions":[{"request":{"headers":{"a":[`, `"",`},
	} {
		t.Run(name, func(t *testing.T) {
			r := &repeated{head: test.head, text: test.text}
			_, err := endOf(readFrom(r, test.f, false, small()))
			if _, ok := errors.AsType[*FormatError](err); !ok {
				t.Errorf("got %v, want a FormatError", err)
			}
			if r.read > 8<<20 {
				t.Errorf("%d bytes were read", r.read)
			}
		})
	}
}

func TestAnAliasBombIsAnError(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 2\ninteractions:\n    - x0: &x0 [a,a,a,a,a,a,a,a,a]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "      x%d: &x%d [%s*x%d]\n", i, i, strings.Repeat(fmt.Sprintf("*x%d,", i-1), 9), i-1)
	}
	b.WriteString("      request: {headers: {a: *x11}}\n")
	before := heap()
	_, err := endOf(readFrom(strings.NewReader(b.String()), GoVCR, false, small()))
	if _, ok := errors.AsType[*FormatError](err); !ok {
		t.Errorf("got %v, want a FormatError", err)
	}
	if used := heap() - before; used > 16<<20 {
		t.Errorf("%d bytes are held", used)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestManyNodesAreAnError: small nodes cost the parser hundreds of times their length.
func TestManyNodesAreAnError(t *testing.T) {
	for name, item := range map[string]string{
		"flow":                      "- request: {headers: {a: [" + strings.Repeat("a,", 200_000) + "]}}\n",
		"flow over lines":           "- request: {headers: {a: [\"]\",\n" + strings.Repeat("    a,a,a\n", 60_000) + "]}}\n",
		"dashes":                    "- request:\n    headers:\n      a:\n" + strings.Repeat("      - a\n", 60_000),
		"names":                     "- request:\n" + strings.Repeat("    a: b\n", 60_000),
		"flow after a plain text":   "- request:\n    method: a\n      - \"b\n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow after a text":         "- request:\n    method: \"a [\" # \n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow after a text on two":  "- request:\n    method: 'a\n      b''c'\n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow after a block":        "- request:\n    body: |\n      'a\n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow with tags":            "- request: !a &b {a: [" + strings.Repeat("a,", 200_000) + "]}\n",
		"flow behind a quoted name": "- request:\n    \"headers\": [" + strings.Repeat("a,", 200_000) + "]\n",
	} {
		_, err := decodeYAML[goVCR]([]byte(item), small())
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", name, err)
		}
	}
}

// TestALongBodyIsNoBomb is the control: bodies of much punctuation pass, in each style in
// which they are written.
func TestALongBodyIsNoBomb(t *testing.T) {
	list := strings.Repeat("[1,2,{},'a'],", 40_000)
	for name, item := range map[string]string{
		"literal":       "- request:\n    url: http://a.test/\n    body: |\n        " + list + "\n    method: GET\n",
		"folded":        "- request:\n    url: http://a.test/\n    body: >-\n        " + list + "\n",
		"single quotes": "- request:\n    url: http://a.test/\n    body: '" + strings.ReplaceAll(list, "'", "''") + "'\n    method: GET\n",
		"double quotes": "- request:\n    url: http://a.test/\n    body: \"" + list + "\n\n      \\\" " + list + "\"\n    method: GET\n",
		"tagged":        "- request:\n    url: http://a.test/\n    body: !!str |\n        " + list + "\n    method: GET\n",
	} {
		v, err := decodeYAML[goVCR]([]byte(item), small())
		if err != nil || len(v.Request.Body.bytes) < len(list)/2 {
			t.Errorf("%s: got %v, a body of %d", name, err, len(v.Request.Body.bytes))
		}
	}
}

// zipOf returns the path of a zip.
func zipOf(t *testing.T, files map[string]io.Reader) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.har.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, r := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(w, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func harOf(file string, times int) io.Reader {
	entry := `{"request":{"method":"GET","url":"http://a.test/"},"response":{"status":200,"headers":[],"bodySize":-1,"content":{"size":-1,"_file":"` + file + `"}}}`
	return strings.NewReader(`{"log":{"entries":[` + strings.Repeat(entry+",", times-1) + entry + `]}}`)
}

func TestAZipBombIsAnError(t *testing.T) {
	zeros := func(n int64) io.Reader { return io.LimitReader(&repeated{text: "\x00"}, n) }
	for name, files := range map[string]map[string]io.Reader{
		"a long body":                {"x.har": harOf("b", 1), "b": zeros(4 << 20)},
		"a body that is named often": {"x.har": harOf("b", 40), "b": zeros(1 << 20)},
		"a long entry":               {"x.har": io.MultiReader(strings.NewReader(`{"log":{"entries":[{"x":"`), io.LimitReader(&repeated{text: "x"}, 4<<20))},
	} {
		if _, err := endOf(read(zipOf(t, files), HAR, small())); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", name, err)
		}
	}
	n, err := endOf(read(zipOf(t, map[string]io.Reader{"x.har": harOf("b", 2), "b": zeros(1 << 20)}), HAR, small()))
	if n != 2 || err != nil {
		t.Errorf("the control: got %d, %v", n, err)
	}
}

// TestNoOtherFileIsOpened: a _file is a name in the zip, whatever it looks like.
func TestNoOtherFileIsOpened(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("not to be read"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{secret, "../" + filepath.Base(secret), "secret"} {
		zipped := zipOf(t, map[string]io.Reader{"x.har": harOf(name, 1), "b": strings.NewReader("x")})
		plain := filepath.Join(filepath.Dir(secret), "x.har")
		b, err := io.ReadAll(harOf(name, 1))
		if err == nil {
			err = os.WriteFile(plain, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{zipped, plain} {
			for r, err := range Read(path, HAR) {
				if err != nil || r.Skipped == "" || bytes.Contains(r.Exchange.Response.Body, []byte("not")) {
					t.Errorf("%s: got %v, %v, want it skipped", name, r, err)
				}
			}
		}
	}
}

// TestTagsMakeNoObjects: what other languages would make an object of is a text, or an error.
func TestTagsMakeNoObjects(t *testing.T) {
	const text = "interactions:\n- request:\n    uri: http://a.test/\n    method: GET\n    body: null\n  response:\n    status: {code: 200, message: OK}\n    body:\n      string: %s\nversion: 1\n"
	for tag, want := range map[string]string{
		"!!python/unicode 'text'":                "text",
		"!ruby/string:Cool text":                 "text",
		"!!python/object/apply:os.system ['id']": "",
	} {
		n, err := 0, error(nil)
		for r, e := range readFrom(strings.NewReader(fmt.Sprintf(text, tag)), VCRPy, false, small()) {
			if err = e; err == nil {
				n++
				if got := string(r.Exchange.Response.Body); got != want {
					t.Errorf("%s: got %q", tag, got)
				}
			}
		}
		if (err != nil) != (want == "") || n != map[bool]int{true: 0, false: 1}[want == ""] {
			t.Errorf("%s: got %d, %v", tag, n, err)
		}
	}
}

package interop

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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

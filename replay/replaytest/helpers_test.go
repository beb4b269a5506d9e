package replaytest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/replay/replaytest"
)

// fake is the testing.TB of a test within a test.
type fake struct {
	testing.TB
	name     string
	failed   bool
	skipped  bool
	logs     []string
	cleanups []func()
}

func (f *fake) Helper()           {}
func (f *fake) Name() string      { return f.name }
func (f *fake) Failed() bool      { return f.failed }
func (f *fake) Skipped() bool     { return f.skipped }
func (f *fake) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }
func (f *fake) Logf(s string, a ...any) {
	f.logs = append(f.logs, fmt.Sprintf(s, a...))
}

func (f *fake) Errorf(s string, a ...any) {
	f.Logf(s, a...)
	f.failed = true
}

func (f *fake) Error(a ...any) { f.Errorf("%s", fmt.Sprint(a...)) }

func (f *fake) Fatalf(s string, a ...any) {
	f.Errorf(s, a...)
	runtime.Goexit()
}

func (f *fake) Fatal(a ...any) { f.Fatalf("%s", fmt.Sprint(a...)) }

func (f *fake) Skip(...any) {
	f.skipped = true
	runtime.Goexit()
}

// run runs a test within a test as go test would.
func run(name string, test func(*fake)) *fake {
	f := &fake{name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, fn := range slices.Backward(f.cleanups) {
				fn()
			}
		}()
		test(f)
	}()
	<-done
	return f
}

// text returns what a test printed.
func (f *fake) text() string { return strings.Join(f.logs, "\n") }

// get returns the body of a response, or the error.
func get(c *http.Client, url string) string {
	resp, err := c.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// record makes tests within a test record, in an empty folder.
func record(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("GRACY_TAPE", "record")
}

// files returns the files in testdata.
func files(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("testdata", "*"))
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := filepath.Glob(filepath.Join("testdata", ".*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(list, hidden...)
}

func counting(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	n := new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strconv.Itoa(int(n.Add(1)))))
	}))
	t.Cleanup(srv.Close)
	return srv, n
}

func poll(t *testing.T, n int, got *[]string) func(*fake) {
	t.Helper()
	return func(tb *fake) {
		srv, _ := counting(t)
		c := replaytest.Client(tb)
		for range n {
			*got = append(*got, get(c, srv.URL+"/n"))
		}
	}
}

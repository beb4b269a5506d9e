package text

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// diff returns the lines that differ between two files: those outside a longest common subsequence
// (Myers, "An O(ND) Difference Algorithm").
func diff(before, after string) []string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	furthest := map[int]int{1: 0}
	var trace []map[int]int
	for d := 0; ; d++ {
		was := make(map[int]int)
		for k := -d - 1; k <= d+1; k++ {
			if x, ok := furthest[k]; ok {
				was[k] = x
			}
		}
		trace = append(trace, was)
		for k := -d; k <= d; k += 2 {
			x := furthest[k-1] + 1
			if k == -d || k != d && furthest[k-1] < furthest[k+1] {
				x = furthest[k+1]
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			if furthest[k] = x; x >= len(a) && x-k >= len(b) {
				return backtrack(a, b, trace)
			}
		}
	}
}

func backtrack(a, b []string, trace []map[int]int) (lines []string) {
	x, y := len(a), len(b)
	for d := len(trace) - 1; d > 0; d-- {
		was, k := trace[d], x-y
		from := k - 1
		if k == -d || k != d && was[k-1] < was[k+1] {
			from = k + 1
		}
		x = was[from]
		y = x - from
		if from == k+1 {
			lines = append(lines, "+"+b[y])
		} else {
			lines = append(lines, "-"+a[x])
		}
	}
	slices.Reverse(lines)
	return lines
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""},
		{"a\nb\nc", "a\nb\nc", ""},
		{"a\nb\nc", "a\nx\nc", "-b +x"},
		{"a\nb\nc\nd", "b\nc\nx\nd\ny", "-a +x +y"},
		{"a", "b\nc", "-a +b +c"},
	} {
		if got := strings.Join(diff(c.a, c.b), " "); got != c.want {
			t.Errorf("%q and %q: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// child runs a test again in another process, which recognizes itself by a variable.
func child(t *testing.T, test, variable, value string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), variable+"="+value)
	return cmd
}

// morning is the time at which the recordings of the tests begin.
func morning() time.Time { return time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC) }

// recorded returns an exchange as a server makes it, with its own date, ID and times.
func recorded(at time.Time, n int, url, body string) *store.Exchange {
	x := tapetest.Exchange(store.IDAt(at)+store.ID(n), "GET", url, body)
	x.Attempt, x.Route, x.Start = 1, x.Key.Path, at
	x.FirstByte, x.Total = time.Duration(n%7)*time.Millisecond, time.Duration(n%9+10)*time.Millisecond
	x.Response.ContentLength = int64(len(body))
	x.Response.Header = map[string][]string{
		"Content-Length": {strconv.Itoa(len(body))}, "Content-Type": {"application/json"},
		"Date": {at.Format(http.TimeFormat)}, "X-Request-Id": {fmt.Sprint(at.UnixNano(), n)},
	}
	x.Key = sumOf(x)
	return x
}

func entries(list ...*store.Exchange) (batch []store.Entry) {
	for _, x := range list {
		batch = append(batch, store.Entry{Exchange: x})
	}
	return batch
}

// session opens a tape, appends a list in batches that replace earlier sessions, closes the tape
// and returns the file.
func session(t *testing.T, path string, replace store.ID, list ...*store.Exchange) string {
	t.Helper()
	s, err := Open(path)
	tapetest.Must(t, err)
	for batch := range slices.Chunk(entries(list...), 250) {
		for i := range batch {
			batch[i].Replace = replace
		}
		tapetest.Must(t, s.Append(batch))
	}
	tapetest.Must(t, s.Close())
	return fileAt(t, path)
}

func fileAt(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	tapetest.Must(t, err)
	return string(b)
}

func tempTape(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "tape.json")
}

// bodies returns the response bodies in a store by URL.
func bodies(t *testing.T, s store.IndexStore) map[string]string {
	t.Helper()
	m := make(map[string]string)
	for x, err := range s.Scan(0) {
		tapetest.Must(t, err)
		m[x.Request.URL] = string(x.Response.Body)
	}
	return m
}

func encode(key, recorded string, list []*store.Exchange) []byte {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	write(w, key, recorded, list)
	_ = w.Flush()
	return b.Bytes()
}

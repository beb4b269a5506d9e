package mongodb_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	childVariable = "MONGODB_TEST_CHILD"
	perBatch      = 8
)

// TestChild is not a test but the processes that the tests here start: each appends batches of
// eight.
func TestChild(t *testing.T) {
	value := os.Getenv(childVariable)
	if value == "" {
		return
	}
	part := strings.SplitN(value, "|", 3)
	name, uri := part[0], part[2]
	batches, _ := strconv.Atoi(part[1])
	s := open(t, uri, "a", mongodb.Options{})
	for i := range batches {
		batch := make([]store.Entry, perBatch)
		for k := range batch {
			n := i*perBatch + k
			// The IDs are those of the other process too.
			batch[k].Exchange = tapetest.Exchange(store.ID(n+1), http.MethodGet, fmt.Sprintf("http://%s.test/%d", name, n), body(name, n)) //nolint:gosec // small
		}
		tapetest.Must(t, s.Append(batch))
		if i == 0 {
			fmt.Println("began")
		}
	}
	tapetest.Must(t, s.Close())
}

func body(name string, n int) string { return strings.Repeat(fmt.Sprintf("%s %d, ", name, n), 40) }

// Two processes record at once, and count the same IDs; both make the collections.
func TestTwoProcessesAtOnce(t *testing.T) {
	uri := server(t)
	const batches = 8
	names := []string{"a", "b"}
	var all []*exec.Cmd
	for _, name := range names {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%s", childVariable, name, batches, uri))
		out, err := cmd.StdoutPipe()
		tapetest.Must(t, err)
		tapetest.Must(t, cmd.Start())
		all = append(all, cmd)
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		go func() {
			r := bufio.NewReader(out)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				t.Log(line)
			}
		}()
	}
	for _, cmd := range all {
		tapetest.Must(t, cmd.Wait())
	}
	s := open(t, uri, "a", mongodb.Options{})
	for _, name := range names {
		for n := range batches * perBatch {
			want := tapetest.Exchange(0, http.MethodGet, fmt.Sprintf("http://%s.test/%d", name, n), "")
			x, err := s.Find(want.Key, 0)
			if err != nil || x == nil || string(x.Response.Body) != body(name, n) {
				t.Fatalf("Find of %s gives %v, %v", want.Request.URL, x, err)
			}
		}
	}
	if got := tapetest.IDs(t, s, 0); len(got) != len(names)*batches*perBatch {
		t.Errorf("there are %d exchanges", len(got))
	}
}

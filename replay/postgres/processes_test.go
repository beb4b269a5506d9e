package postgres_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	childVariable = "POSTGRES_TEST_CHILD"
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
	name, url := part[0], part[2]
	batches, _ := strconv.Atoi(part[1])
	s := open(t, url, "a", postgres.Options{})
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

// Two processes record at once, and count the same IDs; both make the tables.
func TestTwoProcessesAtOnce(t *testing.T) {
	url := server(t)
	const batches = 30
	names := []string{"a", "b"}
	var all []*exec.Cmd
	for _, name := range names {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%s", childVariable, name, batches, url))
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
	s := open(t, url, "a", postgres.Options{})
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

// late is a store whose Reindex comes after that of another.
type late struct {
	postgres.Store
	meanwhile func()
}

func (l *late) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	l.meanwhile()
	return l.Store.Reindex(recipe, key)
}

// Of two processes that open a new tape in the same moment, the second takes the key of the first.
func TestTwoProcessesOpenANewTape(t *testing.T) {
	url := server(t)
	first, second := open(t, url, "a", postgres.Options{}), open(t, url, "a", postgres.Options{})
	var one *replay.Tape
	two, err := replay.New(&late{Store: second, meanwhile: func() {
		var err error
		one, err = replay.New(first, replay.Options{})
		tapetest.Must(t, err)
	}}, replay.Options{})
	tapetest.Must(t, err)
	firstRecipe, err := first.Recipe()
	tapetest.Must(t, err)
	secondRecipe, err := second.Recipe()
	tapetest.Must(t, err)
	if firstRecipe != secondRecipe || firstRecipe == "" {
		t.Errorf("the recipes are %q and %q, want one", firstRecipe, secondRecipe)
	}
	tapetest.Must(t, second.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://api.test/2", "x")}}))
	tapetest.Must(t, first.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://api.test/1", "x")}}))
	tapetest.Must(t, one.Close())
	tapetest.Must(t, two.Close())
}

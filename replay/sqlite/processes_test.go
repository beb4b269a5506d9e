package sqlite_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	childVariable = "SQLITE_TEST_CHILD"
	perBatch      = 8
)

// TestChild is not a test but the processes that the tests here start: each appends batches of
// eight and says, in a file that outlives it, how many are stored.
func TestChild(t *testing.T) {
	value := os.Getenv(childVariable)
	if value == "" {
		return
	}
	part := strings.Split(value, "|")
	path, name := part[0], part[1]
	batches, _ := strconv.Atoi(part[2])
	log, err := os.Create(path + "." + name)
	tapetest.Must(t, err)
	s, err := sqlite.Open(path)
	tapetest.Must(t, err)
	var b [8]byte
	for i := 0; batches == 0 || i < batches; i++ {
		batch := make([]store.Entry, perBatch)
		for k := range batch {
			n := i*perBatch + k
			// The IDs are those of the other process too.
			batch[k].Exchange = tapetest.Exchange(store.ID(n+1), http.MethodGet, fmt.Sprintf("http://%s.test/%d", name, n), body(name, n))
		}
		tapetest.Must(t, s.Append(batch))
		binary.LittleEndian.PutUint64(b[:], uint64(i+1))
		if _, err := log.WriteAt(b[:], 0); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			fmt.Println("began")
		}
	}
	tapetest.Must(t, s.Close())
}

func body(name string, n int) string { return strings.Repeat(fmt.Sprintf("%s %d, ", name, n), 40) }

// child starts a process that appends batches, 0 for without end.
func child(t *testing.T, path, name string, batches int) (kill func(), wait func() error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", childVariable, path, name, batches))
	out, err := cmd.StdoutPipe()
	tapetest.Must(t, err)
	tapetest.Must(t, cmd.Start())
	r := bufio.NewReader(out)
	if line, err := r.ReadString('\n'); line != "began\n" {
		rest, _ := r.ReadString(0)
		t.Fatalf("the process says %q, %v", line+rest, err)
	}
	return func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, cmd.Wait
}

// stored fails unless the exchanges of the batches of a process are on the tape as they were, the batch
// under way all or not at all, and returns how many more than it was sure of are there.
func stored(t *testing.T, path string, names ...string) (more int) {
	t.Helper()
	s, err := sqlite.OpenReadOnly(path)
	tapetest.Must(t, err)
	defer s.Close()
	count := make(map[string]int)
	for x, err := range s.Scan(0) {
		tapetest.Must(t, err)
		host := x.Request.ParseURL().Host
		n, _ := strconv.Atoi(strings.TrimPrefix(x.Request.ParseURL().Path, "/"))
		name := strings.TrimSuffix(host, ".test")
		if string(x.Response.Body) != body(name, n) {
			t.Fatalf("%s has another body", x.Request.URL)
		}
		count[name]++
	}
	for _, name := range names {
		b, err := os.ReadFile(path + "." + name)
		tapetest.Must(t, err)
		sure := int(binary.LittleEndian.Uint64(b)) * perBatch //nolint:gosec // small
		if n := count[name]; n != sure && n != sure+perBatch {
			t.Errorf("process %s has stored %d, there are %d", name, sure, n)
		}
		for n := range sure {
			want := tapetest.Exchange(0, http.MethodGet, fmt.Sprintf("http://%s.test/%d", name, n), "")
			if x, err := s.Find(want.Key, 0); x == nil || err != nil {
				t.Fatalf("Find of %s gives %v, %v", want.Request.URL, x, err)
			}
		}
		more += count[name] - sure
	}
	return more
}

// What Append has taken outlives the process, however it ends, and the rest of a batch is not there.
func TestKilledProcesses(t *testing.T) {
	rounds := 2
	if long.Wanted() {
		rounds = 50
	}
	kept, more := 0, 0
	for range rounds {
		path := filepath.Join(t.TempDir(), "tape.sqlite")
		kill, _ := child(t, path, "a", 0)
		time.Sleep(rand.N(150 * time.Millisecond))
		kill()
		more += stored(t, path, "a")
		kept++
		// Whoever comes next can write.
		s, err := sqlite.Open(path)
		tapetest.Must(t, err)
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(1<<40, "GET", "http://next.test/0", body("next", 0))}}))
		tapetest.Must(t, s.Close())
	}
	t.Logf("%d processes were killed; none lost what Append had taken; %d exchanges were stored by an Append that had not returned", kept, more)
}

// Two processes record at once, and count the same IDs.
func TestTwoProcessesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.sqlite")
	const batches = 40
	_, waitA := child(t, path, "a", batches)
	_, waitB := child(t, path, "b", batches)
	tapetest.Must(t, waitA())
	tapetest.Must(t, waitB())
	stored(t, path, "a", "b")
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the last to close has left a log")
	}
}

// late is a store whose Reindex comes after that of another.
type late struct {
	sqlite.Store
	meanwhile func()
}

func (l *late) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	l.meanwhile()
	return l.Store.Reindex(recipe, key)
}

// Of two processes that open a new tape in the same moment, the second takes the key of the first.
func TestTwoProcessesOpenANewTape(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.sqlite")
	first, err := sqlite.Open(path)
	tapetest.Must(t, err)
	second, err := sqlite.Open(path)
	tapetest.Must(t, err)
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

package replay_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// A load is the way in which a process records until it is killed.
type load struct {
	name    string
	callers int
	pause   time.Duration // of each caller after each call
	lies    bool          // the store claims to have stored what it has not
}

func loads() []load {
	return []load{
		{name: "a caller, 5 ms a call", callers: 1, pause: 5 * time.Millisecond},
		{name: "16 callers, 5 ms a call", callers: 16, pause: 5 * time.Millisecond},
		{name: "a caller without a pause", callers: 1},
		{name: "16 callers without a pause", callers: 16},
	}
}

// liar is a store that appends only every other batch, and reports success for each.
type liar struct {
	store.IndexStore
	calls int
}

func (l *liar) Append(batch []store.Entry) error {
	if l.calls++; l.calls%2 == 0 {
		return nil
	}
	return l.IndexStore.Append(batch)
}

// A returned call is one whose response was read to its end. It has the time of that and the number
// of exchanges then pending.
type returned struct{ nanos, pending int64 }

// recordUntilKilled logs each returned call to a file beside the tape, which outlives the process.
func recordUntilKilled(t *testing.T, path string, l load) {
	t.Helper()
	log, err := os.Create(path + ".returned")
	if err != nil {
		t.Fatal(err)
	}
	opener := bolt.Open
	if strings.HasSuffix(path, ".json") {
		opener = text.Open
	}
	s, err := opener(path)
	if err != nil {
		t.Fatal(err)
	}
	if l.lies {
		s = &liar{IndexStore: s}
	}
	tape, err := replay.New(s, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		t.Fatal(err)
	}
	body := `{"text":"` + strings.Repeat("abcdefghij ", 46) + `"}`
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, body)
		resp.Header.Set("Content-Type", "application/json")
		return resp, nil
	}})
	var number atomic.Int64
	call := func() {
		for {
			n := number.Add(1)
			if err := ask(t, rt, request(t, "GET", api+"/"+strconv.FormatInt(n, 10), "")); err != nil {
				t.Error(err)
			}
			var b [16]byte
			binary.LittleEndian.PutUint64(b[:], uint64(time.Now().UnixNano()))
			binary.LittleEndian.PutUint64(b[8:], uint64(tape.Stats().Pending))
			if _, err := log.WriteAt(b[:], 16*n); err != nil {
				t.Error(err)
			}
			if n == 1 {
				fmt.Println("began")
			}
			if l.pause > 0 {
				time.Sleep(l.pause)
			}
		}
	}
	for range l.callers - 1 {
		go call()
	}
	call()
}

// killed starts a process that records under a load, and kills it after a while in which at least
// some calls have returned. It returns how many calls had returned, how many of them are not on the
// tape, the age of the oldest of those, and the most that were pending.
func killed(t *testing.T, path string, l load, after time.Duration, least int64) (total, lost int, oldest time.Duration, pending int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWhatACrashLoses$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%d|%v", crashVariable, path, l.callers, l.pause, l.lies))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "began\n" {
		t.Errorf("the process says %q, %v", line, err)
	}
	time.Sleep(after)
	for end := time.Now().Add(time.Minute); fileSize(t, path+".returned") < 16*(least+1); {
		if time.Now().After(end) {
			t.Fatalf("less than %d calls have returned", least)
		}
		time.Sleep(5 * time.Millisecond) // another process
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	log, err := os.ReadFile(path + ".returned")
	if err != nil {
		t.Fatal(err)
	}
	calls := make(map[string]returned)
	var last int64
	for n := 1; 16*(n+1) <= len(log); n++ {
		r := returned{int64(binary.LittleEndian.Uint64(log[16*n:])), int64(binary.LittleEndian.Uint64(log[16*n+8:]))}
		if r.nanos == 0 {
			continue // still under way
		}
		calls["/"+strconv.Itoa(n)] = r
		last, pending = max(last, r.nanos), max(pending, r.pending)
	}
	total = len(calls)
	tape, err := replay.Open(path, replay.Options{Mode: replay.ModeReplay})
	if err == nil {
		list, errUnused := tape.Unused()
		for _, x := range list {
			delete(calls, x.Request.ParseURL().Path)
		}
		err = errors.Join(errUnused, tape.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // killed before the first batch
		t.Error(err)
	}
	for _, r := range calls {
		oldest = max(oldest, time.Duration(last-r.nanos))
	}
	return total, len(calls), oldest, pending
}

const crashVariable = "REPLAY_TEST_WHAT_A_CRASH_LOSES"

// A process killed while it records loses at most what Stats.Pending counts and one call of each
// caller. How long before the kill those calls had returned depends on the disk and the load, so it
// is only logged. docs/replay.md has the figures.
func TestWhatACrashLoses(t *testing.T) {
	if value := os.Getenv(crashVariable); value != "" {
		part := strings.Split(value, "|")
		callers, _ := strconv.Atoi(part[1])
		pause, _ := strconv.ParseInt(part[2], 10, 64)
		recordUntilKilled(t, part[0], load{callers: callers, pause: time.Duration(pause), lies: part[3] == "true"})
	}
	rounds := 1
	if long.Wanted() { // a hundred kills for each storage
		rounds = 25
	}
	for i, name := range stores() {
		for j, l := range loads() {
			if !long.Wanted() && j%2 != i || testing.Short() && j > i {
				continue // half of them for each storage
			}
			most, eldest, queued, calls := 0, time.Duration(0), int64(0), 0
			for range rounds {
				total, lost, oldest, pending := killed(t, filepath.Join(t.TempDir(), name), l, 100*time.Millisecond+rand.N(300*time.Millisecond), 0)
				if lost > int(pending)+l.callers {
					t.Errorf("%s, %s: %d calls were returned and are lost, though %d were pending at most", name, l.name, lost, pending)
				}
				calls += total
				most, eldest, queued = max(most, lost), max(eldest, oldest), max(queued, pending)
			}
			t.Logf("%s, %s: %d kills, %d calls; lost at most %d calls, returned at most %v before; at most %d were pending",
				name, l.name, rounds, calls, most, eldest.Round(100*time.Microsecond), queued)
		}
		// The control: a store that claims more than it has stored loses more.
		l := load{callers: 1, pause: 5 * time.Millisecond, lies: true}
		found := 0
		for try := 0; try < 3 && found == 0; try++ {
			if _, lost, _, pending := killed(t, filepath.Join(t.TempDir(), name), l, 0, 100); lost > int(pending)+l.callers {
				found++
			}
		}
		if found == 0 {
			t.Errorf("%s: a store that lies is not noticed", name)
		}
	}
}

package sharedtest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
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
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	// workVariable is the environment variable with the work of a process that a test has started.
	workVariable = "GRACY_SHAREDTEST_WORK"

	perBatch = 8
)

// child is the work of the processes that a case starts. It appends batches of eight, and records
// in a file that outlives it how many are stored.
func child(t *testing.T, storage Storage, work string) {
	t.Helper()
	part := strings.SplitN(work, "|", 4)
	name, place := part[0], part[3]
	batches, err := strconv.Atoi(part[1])
	tapetest.Must(t, err)
	log, err := os.Create(part[2])
	tapetest.Must(t, err)
	s, err := storage.Open(place)
	tapetest.Must(t, err)
	var b [8]byte
	for i := 0; batches == 0 || i < batches; i++ {
		batch := make([]store.Entry, perBatch)
		for k := range batch {
			// The other process uses the same IDs.
			batch[k].Exchange = numberedOf(name, i*perBatch+k)
		}
		tapetest.Must(t, s.Append(batch))
		binary.LittleEndian.PutUint64(b[:], uint64(i+1)) //nolint:gosec // not negative
		_, err := log.WriteAt(b[:], 0)
		tapetest.Must(t, err)
		if i == 0 {
			fmt.Println("began")
		}
	}
	tapetest.Must(t, s.Close())
	tapetest.Must(t, log.Close())
}

// numberedOf returns the exchange n of a process.
func numberedOf(name string, n int) *store.Exchange {
	text := strings.Repeat(fmt.Sprintf("%s %d, ", name, n), 40)
	return tapetest.Exchange(store.ID(n+1), http.MethodGet, fmt.Sprintf("http://%s.test/%d", name, n), text) //nolint:gosec // small
}

// A process is another process that appends to a tape.
type process struct {
	name, log string
	cmd       *exec.Cmd
	out       *bufio.Reader
}

// start starts a process that appends batches. 0 means without end.
func (p *probe) start(place, name string, batches int) *process {
	p.Helper()
	log := filepath.Join(p.TempDir(), name)
	cmd := exec.CommandContext(p.Context(), os.Args[0], "-test.run=^TestShared$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%s|%s", workVariable, name, batches, log, place))
	out, err := cmd.StdoutPipe()
	tapetest.Must(p, err)
	tapetest.Must(p, cmd.Start())
	p.Cleanup(func() { _ = cmd.Process.Kill() })
	return &process{name, log, cmd, bufio.NewReader(out)}
}

// began waits until a process has appended its first batch.
func (p *probe) began(other *process) {
	p.Helper()
	if line, err := other.out.ReadString('\n'); line != "began\n" {
		rest, _ := io.ReadAll(other.out)
		p.Fatalf("process %s says %s%s, %v", other.name, line, rest, err)
	}
}

// ended waits for the end of a process.
func (p *probe) ended(other *process) {
	p.Helper()
	rest, _ := io.ReadAll(other.out)
	if err := other.cmd.Wait(); err != nil {
		p.Fatalf("process %s ends with %v, and says %s", other.name, err, rest)
	}
}

// stored fails unless the tape has the exchanges of the processes unchanged. A batch in progress
// may be there as a whole or not at all. It returns how many more exchanges are there than the
// processes were sure of.
func (p *probe) stored(place string, all ...*process) (more int) {
	p.Helper()
	s, err := p.OpenReadOnly(place)
	tapetest.Must(p, err)
	defer s.Close()
	count := make(map[string]int)
	for x, err := range s.Scan(0) {
		tapetest.Must(p, err)
		u := x.Request.ParseURL()
		n, _ := strconv.Atoi(strings.TrimPrefix(u.Path, "/"))
		name := strings.TrimSuffix(u.Host, ".test")
		if string(x.Response.Body) != string(numberedOf(name, n).Response.Body) {
			p.Fatalf("%s has another body", x.Request.URL)
		}
		count[name]++
	}
	for _, other := range all {
		b, err := os.ReadFile(other.log)
		tapetest.Must(p, err)
		sure := int(binary.LittleEndian.Uint64(b)) * perBatch //nolint:gosec // small
		if n := count[other.name]; n != sure && n != sure+perBatch {
			p.Errorf("process %s has stored %d, there are %d", other.name, sure, n)
		}
		for n := 0; n < sure; n += p.OneIn {
			want := numberedOf(other.name, n)
			x, err := s.Find(want.Key, 0)
			if err != nil || x == nil || string(x.Response.Body) != string(want.Response.Body) {
				p.Fatalf("Find of %s gives %v, %v", want.Request.URL, x, err)
			}
		}
		more += count[other.name] - sure
	}
	return more
}

// twoProcessesAtOnce checks two processes that record at once with the same IDs. Both make the
// tape.
func twoProcessesAtOnce(p *probe) {
	place := p.Place(p)
	a, b := p.start(place, "a", p.Batches), p.start(place, "b", p.Batches)
	p.began(a)
	p.began(b)
	p.ended(a)
	p.ended(b)
	if more := p.stored(place, a, b); more != 0 {
		p.Errorf("%d exchanges are there that nobody has appended", more)
	}
	p.closed(place)
	if got := tapetest.IDs(p, p.open(place), 0); len(got) != 2*p.Batches*perBatch {
		p.Errorf("there are %d exchanges", len(got))
	}
}

// processesThatAreKilled checks that what Append has accepted outlives the process, however it
// ends, and that nothing is left of an unfinished batch.
func processesThatAreKilled(p *probe) {
	rounds := 2
	if long.Wanted() {
		rounds = max(rounds, 50/p.OneIn)
	}
	more := 0
	for range rounds {
		place := p.Place(p)
		other := p.start(place, "a", 0)
		p.began(other)
		time.Sleep(rand.N(150 * time.Millisecond))
		_ = other.cmd.Process.Kill()
		_ = other.cmd.Wait()
		more += p.stored(place, other)
		// The next process can write.
		s := p.open(place)
		next := numberedOf("next", 0)
		next.ID = 1 << 40
		tapetest.Must(p, s.Append([]store.Entry{{Exchange: next}}))
		tapetest.Must(p, s.Close())
	}
	p.Logf("%d processes were killed; none lost what Append had taken; %d exchanges were stored by an Append that had not returned", rounds, more)
}

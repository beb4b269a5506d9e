package text

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// times returns how often to do something: n times in long tests, and a tenth of that otherwise.
func times(n int) int {
	if !long.Wanted() {
		return n / 10
	}
	return n
}

// A process that is killed at any moment, even while it writes the file, loses nothing that Append
// has taken.
func TestKilled(t *testing.T) {
	const variable = "REPLAY_TEST_KILLED"
	if path := os.Getenv(variable); path != "" {
		for n := 0; ; {
			s, err := Open(path)
			tapetest.Must(t, err)
			if last, _ := s.Last(); n == 0 {
				n = int(last)
			}
			for range 5 {
				n++
				x := recorded(time.UnixMilli(0), n, fmt.Sprint("http://h/", n), fmt.Sprintf(`{"n":%d}`, n))
				tapetest.Must(t, s.Append([]store.Entry{{Exchange: x, Replace: x.ID}}))
				fmt.Println(n)
			}
			tapetest.Must(t, s.Close())
		}
	}
	path := tempTape(t)
	taken, journals := 0, 0
	for range times(100) {
		cmd := child(t, t.Name(), variable, path)
		out, err := cmd.StdoutPipe()
		tapetest.Must(t, err)
		tapetest.Must(t, cmd.Start())
		r := bufio.NewReader(out)
		before := taken
		kill := time.AfterFunc(time.Hour, func() { _ = cmd.Process.Kill() })
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				break
			}
			if _, err := fmt.Sscan(line, &taken); err != nil {
				t.Fatal(line)
			}
			if before >= 0 { // the process has begun
				before = -1
				kill.Reset(time.Duration(rand.IntN(30_000)) * time.Microsecond)
			}
		}
		_, _ = io.Copy(io.Discard, r)
		_ = cmd.Wait()
		if _, err := os.Stat(file.Journal(path)); err == nil {
			journals++
		}
		s, err := OpenReadOnly(path)
		tapetest.Must(t, err)
		got := bodies(t, s)
		for n := 1; n <= taken; n++ {
			if b := got[fmt.Sprint("http://h/", n)]; b != fmt.Sprintf(`{"n":%d}`, n) {
				t.Fatalf("%d of %d was lost: %q", n, taken, b)
			}
		}
		if len(got) > taken+1 {
			t.Errorf("%d exchanges, %d were taken", len(got), taken)
		}
	}
	t.Logf("%d kills, %d with a journal left; %d exchanges taken, none lost", times(100), journals, taken)
}

// A damaged file is an error, or has every body as it was. Damage that turns one readable text into
// another looks like a hand edit. The last kinds show how often that happens.
func TestDamagedFiles(t *testing.T) {
	var list []*store.Exchange
	for i := range 200 {
		body := fmt.Sprintf(`{"id":%d,"name":"%s","price":1.50}`, i, strings.Repeat("pikachu", i%9))
		if i%5 == 0 {
			body = fmt.Sprintf("data: %d\n\n\xff", i)
		}
		list = append(list, recorded(morning(), i+1, fmt.Sprint("http://h/", i), body))
	}
	good := encode("", "2026-11-28", list)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	at := func(b []byte, n int) []byte {
		from := r.IntN(len(b) - n)
		return b[from : from+n]
	}
	noise := func(b []byte) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
	for name, c := range map[string]struct {
		damage func(b []byte) []byte
		edits  bool // some cases are hand edits
	}{
		"cut":             {func(b []byte) []byte { return b[:r.IntN(len(b))] }, false},
		"a page of zeros": {func(b []byte) []byte { clear(at(b, 4096)); return b }, false},
		"40 random bytes": {func(b []byte) []byte { noise(at(b, 40)); return b }, false},
		"40 of them anywhere": {func(b []byte) []byte {
			for range 40 {
				noise(at(b, 1))
			}
			return b
		}, false},
		"a page of another place": {func(b []byte) []byte { copy(at(b, 4096), at(bytes.Clone(b), 4096)); return b }, true},
		"one random byte":         {func(b []byte) []byte { noise(at(b, 1)); return b }, true},
		"one letter":              {func(b []byte) []byte { at(b, 1)[0] = 'x'; return b }, true},
	} {
		wrong, rejected := 0, 0
		for range times(500) {
			b := c.damage(bytes.Clone(good))
			got, err := parse("f", b)
			switch {
			case err == nil && (len(got.exchanges) != len(list) || !sameBodies(got.exchanges, list)):
				wrong++
			case err != nil && !errors.Is(err, store.ErrFormat):
				t.Errorf("%s: %v", name, err)
			case err != nil:
				rejected++
			}
		}
		t.Logf("%s: %d files, %d rejected, %d with another body", name, times(500), rejected, wrong)
		if rejected == 0 || !c.edits && wrong > 0 {
			t.Errorf("%s: %d of %d files have another body", name, wrong, times(500))
		}
	}
}

func sameBodies(a, b []*store.Exchange) bool {
	for i := range a {
		if a[i].Response == nil || !bytes.Equal(a[i].Response.Body, b[i].Response.Body) {
			return false
		}
	}
	return true
}

// A journal has a checksum for each batch, so that damage ends it and never makes a wrong body.
func TestDamagedJournals(t *testing.T) {
	path, tape, recent := crashed(t)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	for i := range times(500) {
		b := bytes.Clone(recent)
		for range 1 + i%40 {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		restore(t, path, tape, b)
		s, err := OpenReadOnly(path)
		tapetest.Must(t, err)
		for url, body := range bodies(t, s) {
			if want := map[string]string{"http://h/1": "[1]", "http://h/2": "[2]", "http://h/3": "text\xff"}[url]; body != want && body != "[10]" {
				t.Errorf("%s is %q", url, body)
			}
		}
	}
}

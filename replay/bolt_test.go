package replay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

func tapeFile(t *testing.T, exchanges int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape")
	s, err := OpenBolt(path)
	must(t, err)
	for i := range exchanges {
		must(t, s.Append([]Entry{{Exchange: exchange(ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", 1000))}}))
	}
	must(t, s.Close())
	return path
}

func TestOpenForeignFiles(t *testing.T) {
	write := func(b string) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			path := filepath.Join(t.TempDir(), "f")
			must(t, os.WriteFile(path, []byte(b), 0o600))
			return path
		}
	}
	edit := func(fn func(*bbolt.Tx) error) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			path := tapeFile(t, 1)
			db, err := bbolt.Open(path, 0o600, nil)
			must(t, err)
			must(t, db.Update(fn))
			must(t, db.Close())
			return path
		}
	}
	for name, c := range map[string]struct {
		file func(t *testing.T) string
		text string
	}{
		"empty":   {write(""), "too short"},
		"text":    {write(strings.Repeat("not a tape ", 2000)), "not a tape"},
		"zeros":   {write(strings.Repeat("\x00", 65536)), "not a tape"},
		"foreign": {edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketMeta)) }), "not a tape"},
		"damaged": {edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketIdx)) }), "idx is missing"},
		"later schema": {edit(func(tx *bbolt.Tx) error {
			return bucket(tx, bucketMeta).Put([]byte(metaSchema), binary.BigEndian.AppendUint32(nil, 7))
		}), "found 7, want 1"},
	} {
		for _, open := range []func(string) (Store, error){OpenBolt, ReadBolt} {
			path := c.file(t)
			before, _ := os.ReadFile(path)
			s, err := open(path)
			if s != nil || !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v, want a FormatError with %q", name, err, c.text)
			}
			if after, _ := os.ReadFile(path); string(before) != string(after) {
				t.Errorf("%s: the file was changed", name)
			}
		}
	}
}

func TestOpenCutOff(t *testing.T) {
	path := tapeFile(t, 100)
	b, err := os.ReadFile(path)
	must(t, err)
	for _, size := range []int{1, 4096, 8192, 10000, 16384, len(b) / 2} {
		must(t, os.WriteFile(path, b[:size], 0o600))
		if _, err := OpenBolt(path); !errors.Is(err, ErrFormat) {
			t.Errorf("cut at %d: %v", size, err)
		}
	}
}

// Records that were overwritten come back as errors, never as a panic.
func TestDamagedPages(t *testing.T) {
	path := tapeFile(t, 200)
	good, err := os.ReadFile(path)
	must(t, err)
	failed := 0
	for page := 2; page < len(good)/4096; page++ {
		b := append([]byte(nil), good...)
		for i := range 4096 {
			b[page*4096+i] ^= 0xa5
		}
		must(t, os.WriteFile(path, b, 0o600))
		s, err := ReadBolt(path)
		if err != nil {
			failed++
			continue
		}
		for _, err := range s.Scan(0) {
			if err != nil {
				failed++
			}
		}
		_ = s.Close()
	}
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}

func TestOpenMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	if _, err := ReadBolt(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := Open(path, Options{Mode: Replay}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made")
	}
}

func TestOpenRefusesLinksAndFolders(t *testing.T) {
	target := tapeFile(t, 0)
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(target, link))
	for _, path := range []string{link, t.TempDir()} {
		if s, err := OpenBolt(path); err == nil || s != nil {
			t.Errorf("%s was opened", path)
		}
		if s, err := OpenText(path); err == nil || s != nil {
			t.Errorf("%s was opened as text", path)
		}
	}
}

// A second writer hears of the first; readers share.
func TestLocked(t *testing.T) {
	path := tapeFile(t, 1)
	s, err := OpenBolt(path)
	must(t, err)
	start := time.Now()
	if _, err := Open(path, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("second writer: %v", err)
	}
	if d := time.Since(start); d < lockWait/2 {
		t.Errorf("gave up after %v", d)
	}
	must(t, s.Close())
	a, err := ReadBolt(path)
	must(t, err)
	b, err := ReadBolt(path)
	must(t, err)
	must(t, a.Close())
	must(t, b.Close())
}

// A writer that is killed loses what was not flushed, and nothing else.
func TestKilledWriter(t *testing.T) {
	const variable = "REPLAY_TEST_KILLED_WRITER"
	if path := os.Getenv(variable); path != "" {
		s, err := OpenBolt(path)
		must(t, err)
		for i := 0; ; i++ {
			must(t, s.Append([]Entry{{Exchange: exchange(ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", 100*(i%1000)))}}))
			fmt.Println("stored", i+1)
		}
	}
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		path := filepath.Join(t.TempDir(), "tape")
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), variable+"="+path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		stored := 0
		for {
			var n int
			if _, err := fmt.Fscanf(out, "stored %d\n", &n); err != nil {
				break
			}
			if stored = n; stored == 20+37*round {
				must(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait()
		if stored < 20+37*round {
			t.Fatalf("the writer ended by itself after %d", stored)
		}
		s, err := OpenBolt(path)
		must(t, err)
		if n := len(ids(t, s, 0)); n < stored || n > stored+1 {
			t.Errorf("%d on tape, %d acknowledged", n, stored)
		}
		for i := range stored {
			if x, err := s.Find(exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key, 0); x == nil || err != nil {
				t.Errorf("exchange %d: %v, %v", i+1, x, err)
			}
		}
		must(t, s.Close())
	}
}

// A copy made while the writer works opens, or says that it is damaged.
func TestCopiedMidway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	s, err := OpenBolt(path)
	must(t, err)
	stop := make(chan struct{})
	done := make(chan error)
	go func() {
		var err error
		for i := 0; err == nil; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
				err = s.Append([]Entry{{Exchange: exchange(ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", 500))}})
			}
		}
		done <- err
	}()
	opened := 0
	for i := range 20 {
		b, err := os.ReadFile(path)
		must(t, err)
		copied := fmt.Sprintf("%s-%d", path, i)
		must(t, os.WriteFile(copied, b, 0o600))
		c, err := OpenBolt(copied)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("copy %d: %v", i, err)
			}
			continue
		}
		opened++
		for _, err := range c.Scan(0) {
			if err != nil && !errors.Is(err, ErrFormat) {
				t.Errorf("copy %d: %v", i, err)
			}
		}
		_ = c.Close()
	}
	close(stop)
	must(t, <-done)
	must(t, s.Close())
	if opened == 0 {
		t.Error("no copy could be opened")
	}
}

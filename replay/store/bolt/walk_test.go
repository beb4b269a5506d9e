package bolt

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	damageMode = "REPLAY_TEST_DAMAGE" // "checked" or "raw"
	damageFrom = "REPLAY_TEST_DAMAGE_FROM"
	damageEnd  = "REPLAY_TEST_DAMAGE_END"
	damageTape = "REPLAY_TEST_DAMAGE_TAPE"
)

// mixedTape makes a tape with branches, overflow pages and free pages.
func mixedTape(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape")
	s, err := Open(path)
	tapetest.Must(t, err)
	var batch []store.Entry
	for i := range 600 {
		size := 200 + i%7*300
		if i%200 == 0 {
			size = 300 << 10
		}
		batch = append(batch, store.Entry{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", size))})
		if len(batch) == 100 {
			tapetest.Must(t, s.Append(batch))
			batch = nil
		}
	}
	for id := store.ID(300); id < 400; id++ {
		tapetest.Must(t, s.Delete(id))
	}
	tapetest.Must(t, s.Close())
	return path
}

// damaged returns a copy of a tape with something changed, mostly one to three bytes in the header
// of a page or of its elements. The same n makes the same change. The copy reuses the memory of
// copied, which grows as needed.
func damaged(copied *[]byte, good []byte, n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	*copied = append((*copied)[:0], good...)
	b := *copied
	pages := len(b) / 4096
	page := func() []byte { p := r.IntN(pages); return b[p*4096:][:4096] }
	flip := func(in []byte) { in[r.IntN(len(in))] ^= byte(1 + r.IntN(255)) }
	times := 1 + r.IntN(3)
	switch kind := r.IntN(20); {
	case kind < 9:
		for range times {
			flip(page()[:16])
		}
	case kind < 13:
		for range times {
			flip(page()[:16+16*8])
		}
	case kind < 16:
		for range times {
			flip(b)
		}
	case kind < 17:
		return b[:r.IntN(len(b))]
	case kind < 18:
		clear(page())
	default:
		x, y := page(), page()
		z := bytes.Clone(x)
		copy(x, y)
		copy(y, z)
	}
	return b
}

// rewrite makes the file at path, which holds was, hold b. It writes only what differs: writing
// whole tapes would take most of the time of these tests. If the content is unknown, was is nil.
// The file is never truncated first, which would take as long as writing it.
func rewrite(t *testing.T, path string, was, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	tapetest.Must(t, err)
	const size = 64 << 10
	for at := 0; at < len(b); at += size {
		part := b[at:min(at+size, len(b))]
		if at+len(part) > len(was) || !bytes.Equal(part, was[at:at+len(part)]) {
			_, err := f.WriteAt(part, int64(at))
			tapetest.Must(t, err)
		}
	}
	tapetest.Must(t, errors.Join(f.Truncate(int64(len(b))), f.Close()))
}

// A damaged tape can be read, or is an error that names the file. It never ends the process. The
// control reads the same tapes without the check.
func TestDamagedTapesNeverFault(t *testing.T) {
	if mode := os.Getenv(damageMode); mode != "" {
		readDamaged(t, mode)
		return
	}
	cases := 100 // the control goes on until it faults
	if long.Wanted() {
		cases = 500
	}
	path := mixedTape(t)
	failed, ended, _ := runDamaged(t, path, "checked", 0, cases)
	if ended < cases || failed == 0 || failed == cases {
		t.Errorf("the process ended at case %d of %d, %d were an error", ended, cases, failed)
	}
	t.Logf("checked: %d of %d were an error", failed, cases)
	faults, stop := 0, 1
	if long.Wanted() {
		stop = 5
	}
	for from := 0; from < 500 && faults < stop; {
		_, ended, slow := runDamaged(t, path, "raw", from, 500)
		if from = ended + 1; ended < 500 && !slow {
			faults++
		}
	}
	if faults == 0 {
		t.Error("the control: no tape ended a process that does not check")
	}
}

// runDamaged runs the cases in a process of its own. It returns how many were an error, the case at
// which the process ended, and whether it was killed because it took too long.
func runDamaged(t *testing.T, tape, mode string, from, end int) (failed, at int, slow bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDamagedTapesNeverFault$")
	cmd.Env = append(os.Environ(), damageMode+"="+mode, damageTape+"="+tape, damageFrom+"="+strconv.Itoa(from), damageEnd+"="+strconv.Itoa(end))
	out, err := cmd.StdoutPipe()
	tapetest.Must(t, err)
	tapetest.Must(t, cmd.Start())
	// Without the check, bbolt may walk a damaged tree for minutes. That is not a fault, and not
	// worth waiting for.
	var killed atomic.Bool
	patience := time.AfterFunc(math.MaxInt64, func() {
		killed.Store(true)
		_ = cmd.Process.Kill()
	})
	defer patience.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if mode == "raw" {
			patience.Reset(20 * time.Second)
		}
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "case":
			at, _ = strconv.Atoi(rest)
		case "failed":
			failed++
		case "wrong":
			t.Errorf("case %d: %s", at, rest)
		}
	}
	_ = cmd.Wait()
	return failed, at, killed.Load()
}

func readDamaged(t *testing.T, mode string) {
	t.Helper()
	good, err := os.ReadFile(os.Getenv(damageTape))
	tapetest.Must(t, err)
	from, _ := strconv.Atoi(os.Getenv(damageFrom))
	cases, _ := strconv.Atoi(os.Getenv(damageEnd))
	// A folder of the parent, since a process that faults removes nothing.
	path := filepath.Join(filepath.Dir(os.Getenv(damageTape)), "damaged")
	var copied []byte
	for n := from; n < cases; n++ {
		fmt.Println("case", n)
		file, read := path, readChecked
		if mode == "raw" { // a bbolt that panics leaves its file locked
			file, read = path+strconv.Itoa(n), readRaw
		}
		rewrite(t, file, nil, damaged(&copied, good, n)) // the last case may have written to it
		if err := read(file, n%2 == 0); err != nil {
			fmt.Println("failed")
			if mode != "raw" && !strings.Contains(err.Error(), path) {
				fmt.Println("wrong", err)
			}
		}
	}
	fmt.Println("case", cases)
}

func readChecked(path string, readOnly bool) error {
	s, err := open(path, readOnly)
	if err != nil {
		return err
	}
	s.(*boltStore).db.NoSync = true // the disk may be busy, and nothing needs to last
	err = func() error {
		for x, err := range s.Scan(0) {
			if err != nil {
				return err
			}
			if _, err := s.Find(x.Key, 0); err != nil {
				return err
			}
		}
		if _, err := s.Near(store.Key{Host: "h"}, 1000); err != nil || readOnly {
			return err
		}
		if err := s.Append([]store.Entry{{Exchange: tapetest.Exchange(1<<40, "GET", "http://h/new", "new")}}); err != nil {
			return err
		}
		return s.Delete(1, 2, 3, 1<<40)
	}()
	return errors.Join(err, s.Close())
}

func readRaw(path string, readOnly bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	defer db.Close()
	sum := 0
	return db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				for _, part := range [][]byte{k, v} { // one byte a page, without a copy: a length can say 4 GiB
					for i := 0; i < len(part); i += 4096 {
						sum += int(part[i])
					}
				}
				return nil
			})
		})
	})
}

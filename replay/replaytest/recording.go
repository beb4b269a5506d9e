package replaytest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// prepare returns the file into which a tape is recorded, beside the one that it is to replace. A
// text tape starts as a copy of the old one, so that what is recorded again keeps its place, and
// what is the same stays unchanged. No test has a tape of that name, since no name starts with a
// dot.
func prepare(tb testing.TB, path string) string {
	tb.Helper()
	dir, name := filepath.Split(path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o750); err != nil {
		tb.Fatalf("replaytest: %v", err)
	}
	file := filepath.Join(dir, ".recording-"+name)
	err := discard(file)
	if err == nil && isText(path) && !toCome(path) {
		var old []byte
		if old, err = os.ReadFile(path); err == nil { //nolint:gosec // the tape of the test
			err = os.WriteFile(file, old, 0o600)
		}
	}
	switch {
	case errors.Is(err, replay.ErrLocked):
		tb.Fatalf("replaytest: %s cannot be recorded: %v: open a tape once in a test, and give each test its own by its name or Config.Path", path, err)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		tb.Fatalf("replaytest: %s cannot be recorded: %v", path, err)
	}
	return file
}

// toCome reports whether a text tape has a day in the future, from a wrong clock or written by
// hand. New recordings would not sort after that day, and what is not recorded again would stay.
func toCome(path string) bool {
	s, err := text.OpenReadOnly(path)
	if err != nil {
		return false // opening it for recording reports the error
	}
	last, err := s.Last()
	return errors.Join(err, s.Close()) == nil && last >= store.IDAt(time.Now())
}

// discard removes a recording that is not kept or that a killed test has left, with the other files
// of its storage. It returns store.ErrLocked if another test is recording into it.
func discard(file string) error {
	if isText(file) {
		return text.Remove(file)
	}
	if _, err := os.Lstat(file); err != nil {
		return err
	}
	s, err := bolt.Open(file) // with the lock, nobody else uses it
	if err == nil {
		err = s.Close()
	}
	if err != nil && !errors.Is(err, store.ErrFormat) {
		return err
	}
	return os.Remove(file)
}

// forget removes what was not recorded again, unless it may belong to subtests that were left out.
// Those may also make requests that were recorded again, fewer times than old says. A bbolt file has
// nothing to forget, since it does not start as a copy.
func (p *Tape) forget(tb testing.TB, path string, began time.Time, old sequences) {
	tb.Helper()
	if partial(tb.Name()) {
		_, errOld := os.Lstat(path)
		switch {
		case errOld != nil:
		case isText(path):
			p.keepOthers(tb, path, old)
			return
		default:
			tb.Errorf("replaytest: subtests were left out, and their part of %s would be lost: record the whole test, or use a text tape", path)
		}
	}
	if _, err := p.inner.Prune(began); err != nil {
		tb.Errorf("replaytest: cannot remove what was not recorded again: %v", err)
	}
}

// keepOthers fails a test whose recording would replace recordings of subtests that were left out.
func (p *Tape) keepOthers(tb testing.TB, path string, old sequences) {
	tb.Helper()
	err := p.inner.Flush(context.Background())
	var lost requests
	if err == nil {
		lost, err = old.shortened(p.inner)
	}
	switch {
	case err != nil:
		tb.Errorf("replaytest: cannot read what was recorded: %v", err)
	case lost.count > 0:
		tb.Errorf("replaytest: subtests were left out, and %s recorded less often than before may be theirs too: record the whole test%s", brief.Count(lost.count, "request"), lost)
	default:
		tb.Logf("replaytest: subtests were left out: what was not recorded again stays in %s", path)
	}
}

// emptyTape is the text tape of a test that sends nothing.
const emptyTape = `{
  "tape": "gracy tape",
  "schema": 2,
  "exchanges": []
}
`

// keep replaces the tape with a recording if the test has passed. A recording that has sent
// nothing leaves the tape unchanged. If there was none, it leaves an empty one, so that the test
// also passes when it is replayed.
func keep(tb testing.TB, file, path string, recorded bool) {
	tb.Helper()
	passed := passed(tb)
	_, errOld := os.Lstat(path)
	first := errors.Is(errOld, fs.ErrNotExist)
	left := path + " is unchanged"
	if first {
		left = "there is still no " + path
	}
	var err error
	switch {
	case !recorded && passed && first && isText(path):
		err = errors.Join(discard(file), os.WriteFile(path, []byte(emptyTape), 0o600))
	case recorded && passed, !recorded && passed && first:
		err = os.Rename(file, path)
	case !recorded:
		tb.Logf("replaytest: nothing was recorded: %s", left)
		err = discard(file)
	default:
		tb.Logf("replaytest: the recording is discarded, because the test has not passed: %s", left)
		err = discard(file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Errorf("replaytest: %v", err)
	}
}

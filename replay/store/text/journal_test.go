package text

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// crashed returns what a process leaves that died with a tape open: two exchanges in the file, and
// a journal in which the first is recorded again, the second is deleted, and one is new. The
// journal has two batches.
func crashed(t *testing.T) (path string, tape, recent []byte) {
	t.Helper()
	path = tempTape(t)
	session(t, path, 0, recorded(morning(), 1, "http://h/1", "[1]"), recorded(morning(), 2, "http://h/2", "[2]"))
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Reindex("recipe.c0ffee", sumOf))
	at := morning().AddDate(0, 0, 1)
	again := recorded(at, 1, "http://h/1", "[10]")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: again, Replace: again.ID}, {Exchange: recorded(at, 2, "http://h/3", "text\xff")}}))
	tapetest.Must(t, s.Delete(tapetest.IDs(t, s, 0)[0], 77))
	tape, recent = []byte(fileAt(t, path)), []byte(fileAt(t, file.Journal(path)))
	tapetest.Must(t, s.Close())
	return path, tape, recent
}

func restore(t *testing.T, path string, tape, recent []byte) {
	t.Helper()
	_ = os.Remove(path)
	if tape != nil {
		tapetest.Must(t, os.WriteFile(path, tape, 0o600))
	}
	tapetest.Must(t, os.WriteFile(file.Journal(path), recent, 0o600))
}

// After a crash, readers see at once what is in the journal. The next Open moves it into the file.
func TestTheJournalIsRead(t *testing.T) {
	path, tape, recent := crashed(t)
	want := fileAt(t, path)
	restore(t, path, tape, recent)
	check := func(s store.IndexStore) {
		t.Helper()
		got := bodies(t, s)
		if r, _ := s.Recipe(); len(got) != 2 || got["http://h/1"] != "[10]" || got["http://h/3"] != "text\xff" || r != ".c0ffee" {
			t.Errorf("%q, recipe %q", got, r)
		}
		if x, err := s.Find(sumOf(recorded(morning(), 1, "http://h/1", "")), 0); err != nil || x == nil || string(x.Response.Body) != "[10]" {
			t.Errorf("Find gave %v, %v", x, err)
		}
		tapetest.Must(t, s.Close())
	}
	r, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	check(r)
	if fileAt(t, path) != string(tape) || fileAt(t, file.Journal(path)) != string(recent) {
		t.Error("a reader changed the files")
	}
	w, err := Open(path)
	tapetest.Must(t, err)
	if got := fileAt(t, path); got != want {
		t.Errorf("after Open: %s\nwant %s", got, want)
	}
	check(w)
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

// A journal that was cut off anywhere keeps its whole batches, and can be appended to.
func TestAJournalThatIsCut(t *testing.T) {
	path, tape, recent := crashed(t)
	seen := make(map[string]int)
	step := 1
	if !long.Wanted() {
		step = 5
	}
	for n := len(recent); n >= 0; n -= step {
		for _, end := range []string{"", "\x00\x00\x00\x00\x00\x00\x00\x00\x00"} {
			restore(t, path, tape, append(bytes.Clone(recent[:n]), end...))
			s, err := open(path, false)
			if err != nil {
				t.Fatalf("cut at %d: %v", n, err)
			}
			urls := strings.Join(slices.Sorted(maps.Keys(bodies(t, s))), " ")
			seen[urls]++
			if n%100 < step { // not with Open, which would write the file
				tapetest.Must(t, s.Append(entries(recorded(morning().AddDate(0, 0, 2), 1, "http://h/4", "[4]"))))
				tapetest.Must(t, s.journal.close())
				again, err := open(path, true)
				tapetest.Must(t, err)
				if got := strings.Join(slices.Sorted(maps.Keys(bodies(t, again))), " "); got != urls+" http://h/4" {
					t.Errorf("cut at %d and written on: %s, want %s and one more", n, got, urls)
				}
			}
		}
	}
	if len(seen) != 3 || step == 1 && seen["http://h/1 http://h/3"] != 2 {
		t.Errorf("cut at each byte: %v", seen)
	}
}

// A journal belongs to one state of one tape. It does not count if the file has been written,
// edited or removed since.
func TestAJournalOfAnotherTape(t *testing.T) {
	path, tape, recent := crashed(t)
	for name, tape := range map[string][]byte{
		"written since": []byte(fileAt(t, path)), "edited": bytes.Replace(tape, []byte("/2"), []byte("/7"), 1), "removed": nil,
	} {
		restore(t, path, tape, recent)
		s, err := Open(path)
		tapetest.Must(t, err)
		if got := bodies(t, s); (tape != nil) != (len(got) > 0) || got["http://h/1"] == "[10]" && name != "written since" {
			t.Errorf("%s: %q", name, got)
		}
		tapetest.Must(t, s.Append(entries(recorded(morning().AddDate(0, 0, 2), 1, "http://h/4", "[4]"))))
		tapetest.Must(t, s.Close())
		if got := fileAt(t, path); !strings.Contains(got, "http://h/4") || strings.Count(got, `"json"`) > 3 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// If the first session of a tape was killed, there is only the journal.
func TestAJournalWithoutATape(t *testing.T) {
	path := tempTape(t)
	s, err := open(path, false)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append(entries(recorded(morning(), 1, "http://h/1", "[1]"))))
	tapetest.Must(t, s.journal.close())
	for _, open := range []func(string) (store.IndexStore, error){OpenReadOnly, Open} {
		s, err := open(path)
		tapetest.Must(t, err)
		if got := bodies(t, s); len(got) != 1 {
			t.Errorf("%q", got)
		}
		tapetest.Must(t, s.Close())
	}
}

// disk is a file whose operations can fail.
type disk struct {
	target
	fail string
}

var errDisk = errors.New("the disk is full")

func (d *disk) WriteAt(b []byte, at int64) (int, error) {
	if d.fail == "write" {
		n, _ := d.target.WriteAt(b[:len(b)/2], at)
		return n, errDisk
	}
	return d.target.WriteAt(b, at)
}

func (d *disk) Sync() error {
	if d.fail == "sync" {
		return errDisk
	}
	return d.target.Sync()
}

// A batch that cannot be written leaves no trace, and the next one can be written.
func TestAFailedBatch(t *testing.T) {
	for _, fail := range []string{"write", "sync"} {
		path := tempTape(t)
		s, err := open(path, false)
		tapetest.Must(t, err)
		tapetest.Must(t, s.Append(entries(recorded(morning(), 1, "http://h/1", "[1]"))))
		d := &disk{s.journal.file, fail}
		s.journal.file = d
		x := recorded(morning(), 2, "http://h/1", "[2]")
		if err := s.Append([]store.Entry{{Exchange: x, Replace: x.ID}}); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", fail, err)
		}
		if got := bodies(t, s); got["http://h/1"] != "[1]" || len(got) != 1 {
			t.Errorf("%s: %q", fail, got)
		}
		d.fail = ""
		tapetest.Must(t, s.Append(entries(recorded(morning(), 3, "http://h/3", "[3]"))))
		again, err := open(path, true)
		tapetest.Must(t, err)
		if got := bodies(t, again); len(got) != 2 || got["http://h/1"] != "[1]" || got["http://h/3"] != "[3]" {
			t.Errorf("%s, after the next: %q", fail, got)
		}
		tapetest.Must(t, s.Close())
	}
}

func TestADamagedItemIsAnError(t *testing.T) {
	j := &journal{path: filepath.Join(t.TempDir(), "j")}
	tapetest.Must(t, j.append("key", []change{{added: recorded(morning(), 1, "http://h/", "")}}))
	tapetest.Must(t, j.close())
	good, err := j.readAll()
	tapetest.Must(t, err)
	again := &journal{}
	if c, err := again.decode(good, j.tape); err != nil || len(c) != 1 || again.key != "key" || again.size != int64(len(good)) {
		t.Fatalf("the control: %v, %v", c, err)
	}
	head := len(journalMagic) + len(j.tape)
	items := good[head+8:]
	for name, items := range map[string][]byte{
		"kind": append([]byte{9}, items[1:]...), "length": append([]byte{1, 0, 0, 0, 200}, items[5:]...), "exchange": {itemExchange, 0, 0, 0, 1, 1},
	} {
		b := append(bytes.Clone(good[:head]), batchOf(items)...)
		if _, err := again.decode(b, j.tape); !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodingAJournalTakesTimeInProportion(t *testing.T) {
	head := func() string { return journalMagic + string(make([]byte, 32)) }
	growth.Hostile(t, map[string]func(string){
		"text": func(s string) { _, _ = new(journal).decode([]byte(head()+s), [32]byte{}) },
		"item": func(s string) { _, _ = new(journal).decode(append([]byte(head()), batchOf([]byte(s))...), [32]byte{}) },
	})
}

func FuzzJournal(f *testing.F) {
	j := &journal{path: filepath.Join(f.TempDir(), "j")}
	if err := errors.Join(j.append("k", []change{{[]store.ID{1, 2}, recorded(morning(), 1, "http://h/", "")}}), j.close()); err != nil {
		f.Fatal(err)
	}
	b, _ := j.readAll()
	f.Add(b[len(journalMagic)+len(j.tape)+8:])
	f.Fuzz(func(t *testing.T, items []byte) {
		b := append(append([]byte(journalMagic), make([]byte, 32)...), batchOf(items)...)
		if c, err := new(journal).decode(b, [32]byte{}); err != nil && (!errors.Is(err, store.ErrFormat) || c != nil) {
			t.Errorf("%v, %v", c, err)
		}
	})
}

// batchOf returns a batch of items.
func batchOf(items []byte) []byte {
	b := append(make([]byte, batchHead), items...)
	seal(b)
	return b
}

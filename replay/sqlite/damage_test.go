package sqlite_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

// Whichever byte of a file is damaged, a lookup returns what was recorded, or nothing, or an error
// that says that the file is damaged.
func TestDamageIsNeverAnotherBody(t *testing.T) {
	const n = 60
	whole, err := os.ReadFile(filled(t, n))
	tapetest.Must(t, err)
	path := filepath.Join(t.TempDir(), "damaged.sqlite")
	step := 61
	if testing.Short() || race.Enabled {
		step = 311
	}
	said, missed, gone := 0, 0, 0
	for at := 0; at < len(whole); at += step {
		b := bytes.Clone(whole)
		b[at] ^= 0x15
		tapetest.Must(t, os.WriteFile(path, b, 0o600))
		s, err := sqlite.OpenReadOnly(path)
		if err != nil {
			if !errors.Is(err, store.ErrFormat) {
				t.Errorf("byte %d: Open returns %v, want a FormatError", at, err)
			}
			said++
			continue
		}
		for _, i := range []int{0, 7, 23, 41, n - 1} {
			want := tapetest.Numbered(i)
			switch x, err := s.Find(want.Key, want.ID-1); {
			case err != nil && !errors.Is(err, store.ErrFormat):
				t.Errorf("byte %d: Find returns %v, want a FormatError", at, err)
			case err != nil:
				said++
			case x == nil:
				missed++
			case x.Request.URL != want.Request.URL || !bytes.Equal(x.Response.Body, want.Response.Body):
				t.Errorf("byte %d: Find of %s gives the body of %s", at, want.Request.URL, x.Request.URL)
			}
		}
		count := 0
		for x, err := range s.Scan(0) {
			if err != nil {
				if !errors.Is(err, store.ErrFormat) {
					t.Errorf("byte %d: Scan returns %v, want a FormatError", at, err)
				}
				said++
				break
			}
			if want := tapetest.Numbered(int(x.ID) - 1); !bytes.Equal(x.Response.Body, want.Response.Body) || x.Request.URL != want.Request.URL { //nolint:gosec // small
				t.Errorf("byte %d: Scan gives another body under %d", at, x.ID)
			}
			count++
		}
		if count < n {
			gone++
		}
		_ = s.Close()
	}
	t.Logf("%d bytes of %d: %d errors, %d lookups found nothing, %d walks were short", len(whole)/step, len(whole), said, missed, gone)
	if said == 0 {
		t.Error("no damage was said")
	}
}

// Statements change the rows of an intact file, so that only the checksums show the damage.
func TestTheChecksumsFindDamage(t *testing.T) {
	change1 := `UPDATE gracy_record SET data = CAST(replace(CAST(data AS TEXT), 'nnn', 'mmm') AS BLOB) WHERE id = 3`
	path := filledOnly(t)
	change(t, path, change1)
	s, err := sqlite.OpenReadOnly(path)
	tapetest.Must(t, err)
	defer s.Close()
	if x, err := s.Find(tapetest.Numbered(2).Key, 0); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Find gives %v, %v, want a FormatError", x, err)
	}
	for _, statement := range []string{
		`UPDATE gracy_exchange SET sum = (SELECT sum FROM gracy_exchange WHERE id = 1), host = 'api.test', path = '/n/a' WHERE id = 2; DELETE FROM gracy_exchange WHERE id = 1`,
		`DELETE FROM gracy_record WHERE id = 1`,
		`UPDATE gracy_record SET data = (SELECT data FROM gracy_record WHERE id = 2), crc = (SELECT crc FROM gracy_record WHERE id = 2) WHERE id = 1`,
	} {
		path := filledOnly(t)
		change(t, path, statement)
		s, err := sqlite.OpenReadOnly(path)
		tapetest.Must(t, err)
		if x, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: Find gives %v, %v, want a FormatError", statement, x, err)
		}
		_ = s.Close()
	}
}

func TestADamagedPart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.sqlite")
	s, err := sqlite.Open(path)
	tapetest.Must(t, err)
	x := tapetest.Exchange(1, "GET", "http://api.test/long", string(bytes.Repeat([]byte("x"), 1<<20)))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	got, err := s.Find(x.Key, 0)
	tapetest.Must(t, err)
	if got.MissingBody() != 1<<20 {
		t.Errorf("%d bytes are missing, want all", got.MissingBody())
	}
	for number := range 4 {
		if b, err := s.Part(1, number); err != nil || len(b) != store.PartSize {
			t.Errorf("part %d has %d bytes, %v", number, len(b), err)
		}
	}
	tapetest.Must(t, s.Close())
	change(t, path, `UPDATE gracy_part SET number = 9 WHERE number = 1`, `UPDATE gracy_part SET number = 1 WHERE number = 2`)
	s, err = sqlite.OpenReadOnly(path)
	tapetest.Must(t, err)
	defer s.Close()
	if b, err := s.Part(1, 1); !errors.Is(err, store.ErrFormat) {
		t.Errorf("a part in the place of another has %d bytes, %v, want a FormatError", len(b), err)
	}
}

package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

func TestABatchIsAllOrNothing(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 3)
	s := open(t, url, "a", postgres.Options{})
	batch := []store.Entry{{Exchange: tapetest.Numbered(10), Replace: 3}, {Exchange: tapetest.Exchange(1<<63, "GET", "http://api.test/", "")}}
	if err := s.Append(batch); err == nil || !strings.Contains(err.Error(), "beyond") {
		t.Fatalf("Append of an ID that PostgreSQL cannot count returns %v", err)
	}
	x := tapetest.Exchange(20, "GET", "http://api.test/long", "")
	x.Response.Body = nil
	x.SetMissingBody(store.PartSize)
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(10), Replace: 100}, {Exchange: x}}); err == nil || !strings.Contains(err.Error(), "are gone") {
		t.Fatalf("Append without the parts returns %v", err)
	}
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("after batches that failed there are %v, want the three before", got)
	}
	if last, err := s.Last(); last != 3 || err != nil {
		t.Errorf("Last is %d, %v, want 3", last, err)
	}
	tapetest.Must(t, s.Append(nil))
	tapetest.Must(t, s.Delete())
}

func TestWhatWasDamaged(t *testing.T) {
	url := server(t)
	for _, statement := range []string{
		`UPDATE gracy_record SET data = overlay(data placing '\x00' from 40) WHERE id = 1`,
		`DELETE FROM gracy_record WHERE id = 1`,
		`UPDATE gracy_exchange e SET sum = f.sum, host = f.host, path = f.path FROM gracy_exchange f WHERE e.id = 2 AND f.id = 1; DELETE FROM gracy_exchange WHERE id = 1`,
		`UPDATE gracy_record r SET data = o.data, crc = o.crc FROM gracy_record o WHERE r.id = 1 AND o.id = 2`,
	} {
		change(t, url, `DROP TABLE IF EXISTS gracy_meta, gracy_tape, gracy_exchange, gracy_record, gracy_part, gracy_unfinished`)
		filled(t, url, "a", 3)
		change(t, url, strings.Split(statement, "; ")...)
		s := open(t, url, "a", postgres.Options{})
		if x, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: Find gives %v, %v, want a FormatError", statement, x, err)
		}
		tapetest.Must(t, s.Close())
	}
	s := open(t, url, "a", postgres.Options{})
	change(t, url, `DELETE FROM gracy_tape`)
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(7)}}); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Append to a tape that was deleted: %v, want a FormatError", err)
	}
}

package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

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

package rows_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestText(t *testing.T) {
	if got := rows.Text("/a/b"); got != "/a/b" {
		t.Errorf("a short text is %q", got)
	}
	seen := make(map[string]string)
	long := strings.Repeat("ž", 150)
	for _, s := range []string{"a\x00b", "a\xffb", "a\xfeb", "a?b", long, long + "a", long[1:]} {
		got := rows.Text(s)
		if len(got) > 230 || !utf8.ValidString(got) || strings.Contains(got, "\x00") {
			t.Errorf("%q becomes %q", s, got)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%q and %q become %q", s, other, got)
		}
		seen[got] = s
	}
}

// A row that was changed, or stands in the place of another, is damaged.
func TestARowThatWasChanged(t *testing.T) {
	a, b := tapetest.Exchange(1, "GET", "http://api.test/a", "x"), tapetest.Exchange(2, "GET", "http://api.test/b", "y")
	row := func(x *store.Exchange) rows.Row {
		data, _, err := rows.Encode(x, x.ID)
		tapetest.Must(t, err)
		return rows.Row{ID: x.ID, KeyCheck: rows.KeyCheck(x.ID, rows.KeyOf(x.Key)), RecordCheck: rows.RecordCheck(x.ID, data), Data: data}
	}
	ra, rb := row(a), row(b)
	if x, err := ra.Under(rows.KeyOf(a.Key)); err != nil || string(x.Response.Body) != "x" {
		t.Fatalf("a row gives %v, %v", x, err)
	}
	swapped, other, flipped := ra, ra, ra
	swapped.Data, swapped.RecordCheck = rb.Data, rb.RecordCheck
	other.ID = 2
	for i := range ra.Data {
		flipped.Data = append([]byte(nil), ra.Data...)
		flipped.Data[i] ^= 4
		if _, err := flipped.Under(rows.KeyOf(a.Key)); !errors.Is(err, store.ErrFormat) {
			t.Errorf("byte %d changed: %v, want a FormatError", i, err)
		}
	}
	for name, r := range map[string]rows.Row{"swapped": swapped, "other ID": other} {
		if _, err := r.Under(rows.KeyOf(a.Key)); !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: %v, want a FormatError", name, err)
		}
	}
	if _, err := rb.Under(rows.KeyOf(a.Key)); !errors.Is(err, store.ErrFormat) {
		t.Errorf("a row that was found by the key of another: %v, want a FormatError", err)
	}
	if rows.PartCheck(1, 0, nil) == rows.PartCheck(1, 1, nil) || rows.PartCheck(1, 0, nil) == rows.PartCheck(2, 0, nil) {
		t.Error("parts of two places have one checksum")
	}
}

func TestEncodeUnderAnotherID(t *testing.T) {
	x := tapetest.Exchange(1, "GET", "http://api.test/a", strings.Repeat("x", rows.LongBody))
	data, body, err := rows.Encode(x, 7)
	tapetest.Must(t, err)
	got, err := rows.Decode(7, data, rows.RecordCheck(7, data))
	tapetest.Must(t, err)
	if x.ID != 1 || got.ID != 7 || len(body) != rows.LongBody || got.MissingBody() != rows.LongBody || got.Response.Body != nil {
		t.Errorf("the IDs are %d and %d, %d bytes are apart, %d missing", x.ID, got.ID, len(body), got.MissingBody())
	}
}

func TestNumber(t *testing.T) {
	if rows.Number(5) != 5 || rows.Number(1<<63) < 0 || rows.ID(rows.Number(7)) != 7 || rows.ID(-1) != 0 {
		t.Error("an ID is another number, or a negative one")
	}
}

package mongodb_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

func part(id store.ID, number int) []store.Part {
	return []store.Part{{ID: id, Number: number, Data: bytes.Repeat([]byte("p"), store.PartSize)}}
}

// What another process is recording is left alone, and what is left of one that died is not.
func TestPartsOfOthers(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 3)
	recording := open(t, uri, "a", mongodb.Options{})
	tapetest.Must(t, recording.AppendParts(part(10, 0)))
	other := open(t, uri, "a", mongodb.Options{})
	tapetest.Must(t, recording.AppendParts(part(10, 1)))
	if b, err := other.Part(10, 1); len(b) != store.PartSize || err != nil {
		t.Fatalf("the other has swept what is being recorded: %d bytes, %v", len(b), err)
	}
	taken := "was taken by another process"
	if err := other.AppendParts(part(10, 0)); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("parts of an ID that another records: %v", err)
	}
	if err := other.AppendParts(part(3, 0)); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("parts of an ID that is there: %v", err)
	}
	x := tapetest.Exchange(10, "GET", "http://api.test/whole", "x")
	tapetest.Must(t, other.Append([]store.Entry{{Exchange: x}}))
	if got, err := other.Find(x.Key, 0); err != nil || got == nil || got.ID != 11 {
		t.Errorf("an exchange of an ID whose parts are being recorded is %v, %v, want 11", got, err)
	}
	x = tapetest.Exchange(10, "GET", "http://api.test/long", "")
	x.Response.Body = nil
	x.SetMissingBody(2 * store.PartSize)
	if err := other.Append([]store.Entry{{Exchange: x}}); err == nil || !strings.Contains(err.Error(), "are gone") {
		t.Errorf("an exchange of parts that are another's: %v", err)
	}
	if last, err := other.Last(); last != 11 || err != nil {
		t.Errorf("Last is %d, %v", last, err)
	}
	// An hour later the first process has died, for all that can be known.
	_, err := database(t, uri).Collection("gracy_exchange").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "a/000000000000000a"}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "touched", Value: time.Now().Add(-61 * time.Minute)}}}})
	tapetest.Must(t, err)
	last := open(t, uri, "a", mongodb.Options{})
	if b, err := last.Part(10, 0); b != nil || err != nil {
		t.Errorf("an hour later a part of %d bytes is left, %v", len(b), err)
	}
	for what, err := range map[string]error{
		"the next part": recording.AppendParts(part(10, 2)), "the exchange": recording.Append([]store.Entry{{Exchange: x}}),
	} {
		if err == nil || !strings.Contains(err.Error(), "are gone") {
			t.Errorf("%s of parts that were swept: %v", what, err)
		}
	}
}

func TestAPartThatWasDamaged(t *testing.T) {
	uri := server(t)
	s := open(t, uri, "a", mongodb.Options{})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://api.test/", strings.Repeat("x", 5*store.PartSize))}}))
	parts := database(t, uri).Collection("gracy_part")
	for _, data := range []any{[]byte("other"), "text", nil} {
		r, err := parts.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000001/00000002"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "data", Value: data}}}})
		if err != nil || r.ModifiedCount != 1 {
			t.Fatalf("%v, %v", r, err)
		}
		if b, err := s.Part(1, 2); !errors.Is(err, store.ErrFormat) {
			t.Errorf("Part gives %q, %v, want a FormatError", b, err)
		}
	}
}

// A part that was left by an exchange which is gone, as one that came late does, is never taken for
// that of another.
func TestAPartThatWasLeft(t *testing.T) {
	uri := server(t)
	s := open(t, uri, "a", mongodb.Options{})
	exchange := func(id store.ID, text string) *store.Exchange {
		return tapetest.Exchange(id, "GET", "http://api.test/", strings.Repeat(text, 5*store.PartSize))
	}
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: exchange(1, "x")}, {Exchange: exchange(2, "x")}}))
	_, err := database(t, uri).Collection("gracy_exchange").DeleteMany(t.Context(), bson.D{})
	tapetest.Must(t, err)
	want := exchange(1, "y")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: want}}))
	x, err := s.Find(want.Key, 0)
	tapetest.Must(t, err)
	x, err = store.WithBody(s, x)
	if err != nil || !bytes.Equal(x.Response.Body, want.Response.Body) {
		t.Errorf("the body is another, %v", err)
	}
	tapetest.Must(t, s.AppendParts(part(2, 0)))
	if b, err := s.Part(2, 0); err != nil || !bytes.Equal(b, part(2, 0)[0].Data) {
		t.Errorf("the part is another, %v", err)
	}
}

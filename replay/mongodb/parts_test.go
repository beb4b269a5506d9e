package mongodb_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

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

// A part may outlast its exchange, for example if it arrived late. It is never taken for a part of
// another exchange.
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
	tapetest.Must(t, s.AppendParts(sharedtest.Part(2, 0)))
	if b, err := s.Part(2, 0); err != nil || !bytes.Equal(b, sharedtest.Part(2, 0)[0].Data) {
		t.Errorf("the part is another, %v", err)
	}
}

package mongodb_test

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// A process that dies while it deletes an exchange with parts leaves a document without an owner.
// The next Open removes that and the parts.
func TestADeletionThatWasCutShort(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 3)
	db := database(t, uri)
	_, err := db.Collection("gracy_exchange").InsertOne(t.Context(), bson.D{
		{Key: "_id", Value: "a/0000000000000009"}, {Key: "owner", Value: ""}, {Key: "touched", Value: time.Unix(0, 0)}, {Key: "parts", Value: true},
	})
	tapetest.Must(t, err)
	_, err = db.Collection("gracy_part").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000009/00000000"}})
	tapetest.Must(t, err)
	s := open(t, uri, "a", mongodb.Options{})
	if n, err := db.Collection("gracy_part").CountDocuments(t.Context(), bson.D{}); n != 0 || err != nil {
		t.Errorf("%d parts are left, %v", n, err)
	}
	if n, err := db.Collection("gracy_exchange").CountDocuments(t.Context(), bson.D{}); n != 3 || err != nil {
		t.Errorf("%d exchanges are left, %v", n, err)
	}
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("there are %v", got)
	}
}

func TestDeleteOfMoreThanAPage(t *testing.T) {
	s := open(t, server(t), "a", mongodb.Options{})
	const n = 1100
	batch, ids := make([]store.Entry, n), make([]store.ID, n)
	for i := range batch {
		batch[i].Exchange, ids[i] = tapetest.Numbered(i), store.ID(i+1) //nolint:gosec // small
	}
	tapetest.Must(t, s.Append(batch))
	tapetest.Must(t, s.Delete(ids[:n-1]...))
	if got := tapetest.IDs(t, s, 0); len(got) != 1 || got[0] != n {
		t.Errorf("%d are left, want %d alone", len(got), n)
	}
}

// Exchanges with parts are removed many at a time.
func TestRoundTripsOfADeletionInParts(t *testing.T) {
	uri := server(t)
	s, c := counted(t, uri, "a")
	var parts []store.Part
	var ids []store.ID
	for id := store.ID(1); id <= 40; id++ {
		parts, ids = append(parts, store.Part{ID: id, Data: []byte("part")}), append(ids, id)
	}
	tapetest.Must(t, s.AppendParts(parts))
	c.take()
	tapetest.Must(t, s.Delete(ids...))
	if got := strings.Join(c.take(), " "); got != "find update find find delete delete" {
		t.Errorf("Delete of 40 sends %s", got)
	}
	n, err := database(t, uri).Collection("gracy_part").CountDocuments(t.Context(), bson.D{})
	if n != 0 || err != nil {
		t.Errorf("%d parts are left, %v", n, err)
	}
}

// No command has a field twice, since BSON does not say what that means.
func TestNoFieldIsThereTwice(t *testing.T) {
	var twice func(where string, doc bson.Raw) string
	twice = func(where string, doc bson.Raw) string {
		elements, _ := doc.Elements()
		seen := make(map[string]bool)
		for _, e := range elements {
			if seen[e.Key()] {
				return where + " " + e.Key()
			}
			seen[e.Key()] = true
			if inner, ok := e.Value().DocumentOK(); ok {
				if found := twice(where+" "+e.Key(), inner); found != "" {
					return found
				}
			}
			if inner, ok := e.Value().ArrayOK(); ok {
				if found := twice(where+" "+e.Key(), bson.Raw(inner)); found != "" {
					return found
				}
			}
		}
		return ""
	}
	uri := asMember(t, server(t), func(command string, body bson.Raw) bson.D {
		if found := twice(command, body); found != "" {
			t.Error(found)
		}
		return nil
	})
	s := open(t, uri, "a", mongodb.Options{})
	tapetest.Must(t, s.AppendParts(sharedtest.Part(10, 0)))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(1), Replace: 2}}))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(1), Replace: 2}}))
	tapetest.Must(t, s.Close())
	open(t, uri, "a", mongodb.Options{})
}

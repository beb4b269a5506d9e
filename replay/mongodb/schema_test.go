package mongodb_test

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

func TestAnotherSchema(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 1)
	for _, c := range []struct {
		schema any
		found  int
	}{{7, 7}, {"text", 0}, {nil, 0}} {
		_, err := database(t, uri).Collection("gracy_tape").UpdateOne(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "schema", Value: c.schema}}}})
		tapetest.Must(t, err)
		for _, opts := range []mongodb.Options{{}, {ReadOnly: true}} {
			_, err := mongodb.Open(t.Context(), uri, "a", opts)
			if fe, ok := errors.AsType[*store.FormatError](err); !ok || fe.Found != c.found || !strings.Contains(err.Error(), `"a"`) {
				t.Errorf("schema %v: %v, want a FormatError", c.schema, err)
			}
		}
	}
}

// Lookups and the search for leftover documents use indexes.
func TestIndexes(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 1)
	filled(t, uri, "b", 1)
	list, err := database(t, uri).Collection("gracy_exchange").Indexes().ListSpecifications(t.Context())
	tapetest.Must(t, err)
	var got []string
	for _, spec := range list {
		elements, err := spec.KeysDocument.Elements()
		tapetest.Must(t, err)
		var fields []string
		for _, e := range elements {
			fields = append(fields, e.Key())
		}
		got = append(got, strings.Join(fields, "+"))
	}
	if s := strings.Join(got, " "); s != "_id tape+host+path+method+sum+_id touched" {
		t.Errorf("the indexes are %s", s)
	}
}

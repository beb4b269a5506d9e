package mongodb_test

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
)

func shared(t *testing.T) sharedtest.Storage {
	t.Helper()
	return sharedtest.Storage{
		Place: server,
		Open: func(uri string) (sharedtest.Store, error) {
			return mongodb.Open(t.Context(), uri, "a", mongodb.Options{})
		},
		OpenReadOnly: func(uri string) (sharedtest.Store, error) {
			return mongodb.Open(t.Context(), uri, "a", mongodb.Options{ReadOnly: true})
		},
		Empty: func(tb testing.TB, uri string) {
			tb.Helper()
			names, err := database(tb, uri).ListCollectionNames(tb.Context(), struct{}{})
			if len(names) > 0 || err != nil {
				tb.Errorf("there are the collections %v, %v", names, err)
			}
		},
		Later: func(tb testing.TB, uri string) {
			tb.Helper()
			_, err := database(tb, uri).Collection("gracy_exchange").UpdateMany(tb.Context(), bson.D{{Key: "touched", Value: bson.D{{Key: "$exists", Value: true}}}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "touched", Value: time.Now().Add(-61 * time.Minute)}}}})
			tapetest.Must(tb, err)
		},
		Batches: 8, // FerretDB has no index
		Pages:   150,
		OneIn:   7,
	}
}

func TestShared(t *testing.T) { sharedtest.Run(t, shared(t)) }

package mongodb_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// hexSum returns the sum of a key as a document has it.
func hexSum(key store.Key) string { return hex.EncodeToString(key.Sum[:]) }

// BenchmarkBesideTheDriver reports what a tape costs as ratios to what the driver alone costs. See
// sharedtest.BesideTheDriver. FerretDB has no index for either of them, so the tape is small: on a
// large one, both would scan, and MongoDB does not.
func BenchmarkBesideTheDriver(b *testing.B) {
	uri := server(b)
	c := database(b, uri).Collection("control")
	_, err := c.Indexes().CreateOne(b.Context(), mongo.IndexModel{Keys: bson.D{{Key: "sum", Value: 1}, {Key: "_id", Value: 1}}})
	tapetest.Must(b, err)
	driver := sharedtest.Driver{
		Insert: func(batch []store.Entry) {
			docs := make([]any, len(batch))
			for i, e := range batch {
				data, err := e.MarshalBinary()
				tapetest.Must(b, err)
				docs[i] = bson.D{{Key: "_id", Value: fmt.Sprintf("%016x", e.ID)}, {Key: "sum", Value: hexSum(e.Key)}, {Key: "data", Value: data}}
			}
			_, err := c.InsertMany(b.Context(), docs)
			tapetest.Must(b, err)
		},
		Find: func(key store.Key) {
			tapetest.Must(b, c.FindOne(b.Context(), bson.D{{Key: "sum", Value: hexSum(key)}}).Err())
		},
	}
	sharedtest.BesideTheDriver(b, open(b, uri, "a", mongodb.Options{}), driver, 1, 64)
}

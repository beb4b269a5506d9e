package mongodb_test

import (
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// BenchmarkBesideTheDriver shows as ratios what a tape costs over what the driver does alone with
// the same bytes, in one run: "append/driver" and "find/driver", times of ours by times of its. FerretDB
// has no index for them, so that the size is one at which a server of MongoDB is not compared with a scan.
func BenchmarkBesideTheDriver(b *testing.B) {
	uri := server(b)
	s := open(b, uri, "a", mongodb.Options{})
	c := database(b, uri).Collection("control")
	if _, err := c.Indexes().CreateOne(b.Context(), mongo.IndexModel{Keys: bson.D{{Key: "sum", Value: 1}, {Key: "_id", Value: 1}}}); err != nil {
		b.Fatal(err)
	}
	const size = 64
	var appended, inserted, ours, its time.Duration
	took := func(sum *time.Duration, call func() error) {
		start := time.Now()
		if err := call(); err != nil {
			b.Fatal(err)
		}
		*sum += time.Since(start)
	}
	batch, docs := make([]store.Entry, size), make([]any, size)
	for i := range batch {
		x := tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("https://api.test/item/%d", i), body("a", i)) //nolint:gosec // small
		data, err := x.MarshalBinary()
		if err != nil {
			b.Fatal(err)
		}
		batch[i].Exchange = x
		docs[i] = bson.D{{Key: "_id", Value: fmt.Sprintf("%016x", i)}, {Key: "sum", Value: hexSum(x.Key)}, {Key: "data", Value: data}}
	}
	took(&appended, func() error { return s.Append(batch) })
	took(&inserted, func() error { _, err := c.InsertMany(b.Context(), docs); return err })
	finds := 0
	for b.Loop() {
		key := batch[finds*7%size].Key
		took(&ours, func() error { _, err := s.Find(key, 0); return err })
		took(&its, func() error { return c.FindOne(b.Context(), bson.D{{Key: "sum", Value: hexSum(key)}}).Err() })
		finds++
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(appended.Seconds()/inserted.Seconds(), "append/driver")
	b.ReportMetric(ours.Seconds()/its.Seconds(), "find/driver")
	b.ReportMetric(float64(ours.Microseconds())/float64(finds), "µs/find")
}

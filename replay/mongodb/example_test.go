package mongodb_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/mongodb"
)

func ExampleOpen() {
	_, err := mongodb.Open(context.Background(), "mongodb://ash:pikachu@127.0.0.1:1/tapes", "pokeapi", mongodb.Options{Timeout: 100 * time.Millisecond})
	fmt.Println(err != nil) // no server listens there
	// Output: true
}

func ExampleNew() {
	record := func(ctx context.Context, client *mongo.Client) (*replay.Tape, error) {
		s, err := mongodb.New(ctx, client.Database("tapes"), "pokeapi", mongodb.Options{})
		if err != nil {
			return nil, err
		}
		return replay.New(s, replay.Options{}) // its Close leaves the client open
	}
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		fmt.Println("no database")
		return
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Disconnect(context.Background())
	tape, err := record(context.Background(), client)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tape.Close()
	// Output: no database
}

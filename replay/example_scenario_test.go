package replay_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gracy-go/gracy/replay"
)

// scenario is the context key for the label of a call.
type scenario struct{}

// Several scenarios can share a tape. Identity labels what is recorded, and a call gets what was
// recorded under its own label. In ModeRecord, record all of them in one run: a later run replaces
// the exchanges of the requests that it repeats, whatever their label.
func ExampleOptions_identity() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	label := func(req *http.Request) string {
		name, _ := req.Context().Value(scenario{}).(string)
		return name
	}
	empty := context.WithValue(context.Background(), scenario{}, "an empty cart")
	full := context.WithValue(context.Background(), scenario{}, "a full cart")

	for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay} {
		tape, err := replay.Open(filepath.Join(dir, "cart.json"), replay.Options{Mode: mode, Identity: label})
		if err != nil {
			panic(err)
		}
		client := &http.Client{Transport: tape.Wrap(&pokeAPI{})}
		if mode == replay.ModeRecord {
			fmt.Println("recorded:", read(empty, client, "https://shop.test/cart"), read(full, client, "https://shop.test/cart"))
		} else {
			fmt.Println("replayed:", read(full, client, "https://shop.test/cart"), read(empty, client, "https://shop.test/cart"))
		}
		if err := tape.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// recorded: response 1 response 2
	// replayed: response 2 response 1
}

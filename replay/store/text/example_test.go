package text_test

import (
	"fmt"
	"path/filepath"

	"github.com/gracy-go/gracy/replay/store/text"
)

// A tape can be read without a network or a client.
func ExampleOpenReadOnly() {
	tape, err := text.OpenReadOnly(filepath.Join("..", "..", "testdata", "schema1.json"))
	if err != nil {
		panic(err)
	}
	defer tape.Close()
	for x, err := range tape.Scan(0) {
		if err != nil {
			panic(err)
		}
		if x.Fault != nil {
			fmt.Println(x.Key.Method, x.Key.Path, x.Fault)
		}
	}
	// Output:
	// GET /broken connection reset by peer
	// GET /refused dial tcp: connect: connection refused
	// GET /unreachable lookup x: no such host
}

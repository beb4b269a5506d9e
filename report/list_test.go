package report

import (
	"bytes"
	"testing"
)

func TestListWritesABlockForEachRoute(t *testing.T) {
	var b bytes.Buffer
	if err := List(&b, pokeapi(), berries()); err != nil {
		t.Fatal(err)
	}
	golden(t, "list.txt", b.String())
}

package store_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

func TestPiecesSurvive(t *testing.T) {
	want := []store.Piece{{Bytes: 3, Wait: 20 * time.Millisecond}, {Bytes: 1 << 40}, {Wait: time.Hour}}
	x := &store.Exchange{Request: store.Request{Method: "GET", URL: "http://a.test/"}, Response: &store.Response{StatusCode: 200, Pieces: want}}
	b, err := x.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var got store.Exchange
	if err := got.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Response.Pieces, want) {
		t.Errorf("got %v, want %v", got.Response.Pieces, want)
	}
}

// A piece takes a few bytes, so that a stream can have thousands.
func TestPiecesAreSmall(t *testing.T) {
	x := &store.Exchange{Response: &store.Response{StatusCode: 200}}
	none, _ := x.MarshalBinary()
	for range 1000 {
		x.Response.Pieces = append(x.Response.Pieces, store.Piece{Bytes: 120, Wait: 23 * time.Millisecond})
	}
	all, _ := x.MarshalBinary()
	if n := len(all) - len(none); n > 5000 {
		t.Errorf("1000 pieces take %d bytes", n)
	}
}

func TestDamagedPieces(t *testing.T) {
	x := &store.Exchange{Response: &store.Response{StatusCode: 200, Pieces: []store.Piece{{Bytes: 1 << 60}}}}
	b, _ := x.MarshalBinary()
	if err := new(store.Exchange).UnmarshalBinary(b); err == nil {
		t.Error("a piece of 2^60 bytes is read")
	}
}

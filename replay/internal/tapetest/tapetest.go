// Package tapetest holds what the tests of tapes and of their storages share.
package tapetest

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

// Exchange returns a complete exchange with a response of 200. Its key is made of the method and
// the whole URL.
func Exchange(id store.ID, method, url, body string) *store.Exchange {
	x := &store.Exchange{
		ID: id, Request: store.Request{Method: method, URL: url, Header: http.Header{}}, Start: id.Time(), Complete: true,
		Response: &store.Response{StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", Body: []byte(body)},
	}
	x.Key = store.KeyOf(method, x.Request.ParseURL())
	x.Key.Sum = sha256.Sum256([]byte(method + " " + url))
	return x
}

// Numbered returns the exchange with the ID i+1. For i below 182 the URLs differ.
func Numbered(i int) *store.Exchange {
	name := strings.Repeat("n", i%7+1)
	return Exchange(store.ID(i+1), http.MethodGet, "http://api.test/"+name+"/"+string(rune('a'+i%26)), name) //nolint:gosec // small
}

// Fill appends the first n exchanges of Numbered, and closes the store.
func Fill(tb testing.TB, s store.Store, n int) {
	tb.Helper()
	batch := make([]store.Entry, n)
	for i := range batch {
		batch[i].Exchange = Numbered(i)
	}
	Must(tb, s.Append(batch))
	Must(tb, s.Close())
}

// Must ends the test if there is an error.
func Must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// IDs returns the IDs of the exchanges above after, as Scan walks them.
func IDs(tb testing.TB, s store.Store, after store.ID) (list []store.ID) {
	tb.Helper()
	for x, err := range s.Scan(after) {
		Must(tb, err)
		list = append(list, x.ID)
	}
	return list
}

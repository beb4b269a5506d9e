// Package tapetest holds what the tests of tapes and of their storages share.
package tapetest

import (
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

// Exchange returns a complete exchange with a response of 200. Its key is that
// of the method and the whole URL.
func Exchange(id store.ID, method, url, body string) *store.Exchange {
	x := &store.Exchange{
		ID: id, Request: store.Request{Method: method, URL: url, Header: http.Header{}}, Start: id.Time(), Complete: true,
		Response: &store.Response{StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", Body: []byte(body)},
	}
	x.Key = store.KeyOf(method, x.Request.ParseURL())
	x.Key.Sum = sha256.Sum256([]byte(method + " " + url))
	return x
}

// Must ends the test if there is an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// IDs returns the IDs of the exchanges above after, as Scan walks them.
func IDs(t *testing.T, s store.Store, after store.ID) (list []store.ID) {
	t.Helper()
	for x, err := range s.Scan(after) {
		Must(t, err)
		list = append(list, x.ID)
	}
	return list
}

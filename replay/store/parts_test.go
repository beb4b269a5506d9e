package store

import (
	"net/http"
	"reflect"
	"testing"
)

// A header keeps the order of its values, empty values, and names without values. A nil header and
// an empty one are the same.
func TestHeaderRoundTrip(t *testing.T) {
	for _, h := range []http.Header{nil, {}, {"A": {"2", "", "1"}, "B": {"x"}}, {"C": nil}} {
		r := Request{Header: h}
		var got Request
		if err := got.decode(reader{message: r.append(nil)}); err != nil {
			t.Fatal(err)
		}
		if len(h) == 0 && got.Header == nil {
			continue
		}
		if !reflect.DeepEqual(got.Header, h) {
			t.Errorf("got %v, want %v", got.Header, h)
		}
	}
}

func TestRestoreBody(t *testing.T) {
	x := sample()
	x.Response.Body = []byte("long body")
	b, err := x.MarshalWithoutBody()
	if err != nil {
		t.Fatal(err)
	}
	if string(x.Response.Body) != "long body" || x.MissingBody() != 0 {
		t.Error("the exchange that was encoded has changed")
	}
	var got Exchange
	if err := got.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if got.MissingBody() != 9 || got.Response.Body != nil {
		t.Errorf("%d bytes missing, body %q", got.MissingBody(), got.Response.Body)
	}
	if err := got.RestoreBody([]byte("short")); err == nil || got.MissingBody() != 9 {
		t.Errorf("a body of another length was taken: %v", err)
	}
	if err := got.RestoreBody([]byte("long body")); err != nil || !reflect.DeepEqual(&got, x) {
		t.Errorf("%v\nhave %+v\nwant %+v", err, &got, x)
	}
}

// An exchange whose body a store has in parts already keeps the length of that body, however often
// it is decoded and encoded again.
func TestTheLengthOfABodyInPartsStays(t *testing.T) {
	x := sample()
	x.Response.Body = nil
	x.SetMissingBody(2 << 20)
	for range 2 {
		b, err := x.MarshalWithoutBody()
		if err != nil {
			t.Fatal(err)
		}
		x = new(Exchange)
		if err := x.UnmarshalBinary(b); err != nil || x.MissingBody() != 2<<20 {
			t.Fatalf("a body of %d bytes is missing, want %d: %v", x.MissingBody(), 2<<20, err)
		}
	}
}

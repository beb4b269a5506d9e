package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"net/http"
	"reflect"
	"runtime"
	"testing"
	"time"
)

func sample() *Exchange {
	x := &Exchange{
		ID: IDAt(time.UnixMilli(1_700_000_000_123)) + 7,
		Request: Request{
			Method: "POST", URL: "https://api.example.com/v1/x?q=1", Host: "virtual.example.com",
			Header: http.Header{"A": {"1", ""}, "B": {"2"}}, Body: []byte("body\x00\xff"), BodySize: 6,
			BodySum: bytes.Repeat([]byte{3}, 32),
		},
		Response: &Response{
			Status: "200 OK", StatusCode: 200, Proto: "HTTP/2.0", Header: http.Header{"X": {"y"}},
			Trailer: http.Header{"T": {"z"}}, Body: []byte("response"), ContentLength: -1,
			TransferEncoding: []string{"chunked"}, Uncompressed: true, Close: true, NoBody: true,
		},
		Fault:     &Fault{Text: "broke", Kind: FaultConnReset, IsTimeout: true},
		Start:     time.UnixMicro(1_700_000_000_123_456),
		FirstByte: time.Second, Total: 2 * time.Second, Attempt: 3, Route: "/v1/{x}", Complete: true, Masked: true,
	}
	x.Key = KeyOf(x.Request.Method, x.Request.ParseURL())
	x.Key.Sum = sha256.Sum256([]byte("sample"))
	return x
}

func TestCodecRoundTrip(t *testing.T) {
	small := &Exchange{ID: 1, Request: Request{Method: "GET", URL: "http://h/"}, Response: &Response{}, Start: time.UnixMicro(5)}
	small.Key = KeyOf("GET", small.Request.ParseURL())
	small.Key.Sum[0] = 1
	for _, x := range []*Exchange{sample(), small} {
		b, err := x.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got Exchange
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, &got) {
			t.Errorf("\nhave %+v\n got %+v", x, &got)
		}
		// The exchange must not refer to b.
		clear(b)
		if !reflect.DeepEqual(x, &got) {
			t.Error("the exchange shares memory with what it was decoded from")
		}
	}
}

// A field written by a later version survives decoding and encoding.
func TestCodecKeepsUnknownFields(t *testing.T) {
	b, _ := sample().MarshalBinary()
	b = putBytes(b, 99, "later")
	b = append(putTag(b, 100, kindFixed8), 1, 2, 3, 4, 5, 6, 7, 8)
	var x Exchange
	if err := x.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if again, _ := x.MarshalBinary(); !bytes.Equal(b, again) {
		t.Error("unknown fields were lost")
	}
}

func TestCodecRejectsMalformedRecords(t *testing.T) {
	good, _ := sample().MarshalBinary()
	for name, b := range map[string][]byte{
		"empty":             {},
		"later version":     {2},
		"no outcome":        {1},
		"cut":               good[:len(good)/2],
		"length beyond":     {1, fieldRoute<<3 | kindBytes, 200},
		"huge length":       append([]byte{1, fieldRoute<<3 | kindBytes}, binary.AppendUvarint(nil, 1<<62)...),
		"field zero":        {1, 0, 0},
		"wrong type":        {1, fieldRoute << 3, 1},
		"wrong type inside": putAlways([]byte{1}, fieldRequest, []byte{reqMethod << 3, 1}),
		"short sum":         putBytes([]byte{1}, fieldSum, "short"),
		"group":             {1, 5<<3 | 3},
		"endless varint":    append([]byte{1, fieldID << 3}, bytes.Repeat([]byte{0xff}, 11)...),
	} {
		var x Exchange
		err := x.UnmarshalBinary(b)
		var fe *FormatError
		if !errors.As(err, &fe) || !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want a FormatError", name, err)
		}
		if name == "later version" && (fe.Found != 2 || fe.Want != 1) {
			t.Errorf("%+v", fe)
		}
	}
}

// Decoding takes memory in proportion to the input, whatever lengths it contains.
func TestCodecAllocatesWhatIsThere(t *testing.T) {
	record := append([]byte{1, fieldRequest<<3 | kindBytes}, binary.AppendUvarint(nil, 1<<40)...)
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		var x Exchange
		_ = x.UnmarshalBinary(record)
	}
	runtime.ReadMemStats(&after)
	n := (after.TotalAlloc - before.TotalAlloc) / runs
	if n > 4096 {
		t.Errorf("%d bytes for a record of %d", n, len(record))
	}
}

func FuzzExchange(f *testing.F) {
	good, _ := sample().MarshalBinary()
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var x Exchange
		if x.UnmarshalBinary(b) != nil {
			return
		}
		again, err := x.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var y Exchange
		if err := y.UnmarshalBinary(again); err != nil {
			t.Fatalf("what was decoded and encoded cannot be decoded: %v", err)
		}
		if third, _ := y.MarshalBinary(); !bytes.Equal(again, third) {
			t.Error("encoding is not stable")
		}
	})
}

// A negative length is an error: readers make room for as much as it says.
func TestALengthBelowZeroIsDamage(t *testing.T) {
	x := sample()
	x.SetMissingBody(-1)
	b, err := x.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := new(Exchange).UnmarshalBinary(b); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v, want ErrFormat", err)
	}
}

// A record leaves out zero values, but distinguishes the zero time from the Unix epoch.
func TestTheStartStaysWhatItIs(t *testing.T) {
	for _, start := range []time.Time{{}, time.UnixMicro(0), time.UnixMicro(-1), time.UnixMicro(1)} {
		x := sample()
		x.Start = start
		b, err := x.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var y Exchange
		if err := y.UnmarshalBinary(b); err != nil || !y.Start.Equal(start) {
			t.Errorf("%v became %v: %v", start, y.Start, err)
		}
	}
}

func TestAppendBinaryAppends(t *testing.T) {
	x := &Exchange{ID: 7, Request: Request{URL: "http://h/"}, Response: &Response{StatusCode: 200, Body: []byte("body")}}
	for name, of := range map[string]struct {
		marshal func() ([]byte, error)
		append  func([]byte) ([]byte, error)
	}{
		"whole":            {x.MarshalBinary, x.AppendBinary},
		"without the body": {x.MarshalWithoutBody, x.AppendWithoutBody},
	} {
		want, err := of.marshal()
		got, errAppend := of.append([]byte("before"))
		if err != nil || errAppend != nil || string(got) != "before"+string(want) {
			t.Errorf("%s: got %q, want %q behind what was there; %v, %v", name, got, want, err, errAppend)
		}
	}
}

// UnmarshalOutcome decodes what UnmarshalBinary does, apart from what it leaves out. If the outcome
// depends on the request, it leaves out nothing.
func TestUnmarshalOutcome(t *testing.T) {
	plain := func() *Exchange {
		x := sample()
		x.Fault, x.Identity, x.Secrets = nil, bytes.Repeat([]byte{1}, IdentitySize), bytes.Repeat([]byte{2}, IdentitySize)
		return x
	}
	vary, coded, fault, none := plain(), plain(), sample(), sample()
	vary.Response.Header["Vary"] = []string{"Accept-Language"}
	coded.Response.Header["Content-Encoding"] = []string{"gzip"}
	none.Response = nil
	short := plain()
	short.Request, short.Route, short.Identity, short.Secrets, short.Key = Request{}, "", nil, nil, Key{Sum: short.Key.Sum}
	for name, c := range map[string]struct{ have, want *Exchange }{
		"plain": {plain(), short}, "vary": {vary, vary}, "coding": {coded, coded}, "fault": {fault, fault}, "no response": {none, none},
	} {
		b, err := c.have.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got Exchange
		if err := got.UnmarshalOutcome(b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		clear(b)
		if !reflect.DeepEqual(c.want, &got) {
			t.Errorf("%s:\nwant %+v\n got %+v", name, c.want, &got)
		}
	}
	good, err := plain().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty": {}, "later version": {2}, "no outcome": {1}, "cut off": good[:len(good)-3], "malformed": append(bytes.Clone(good), 0xff),
	} {
		if err := new(Exchange).UnmarshalOutcome(b); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}

package parse_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/parse"
)

// many returns an array of about n bytes.
func many(element string, n int) string {
	return "[" + strings.Repeat(element+",", n/(len(element)+1)) + element + "]"
}

// heap returns how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestJSONDecodedIntoAnyIsBounded(t *testing.T) {
	n, part := 7<<20, 4 // takes 300 MiB
	if long.Wanted() {
		n, part = 30<<20, 1
	}
	in := reply{status: 200, body: many(`{"a":1}`, n)}
	before := heap()
	_, err := get[any](t, in)
	te, ok := errors.AsType[*parse.TooLargeError](err)
	if !ok || !te.Decoded || te.Limit != 256<<20 || !errors.Is(err, parse.ErrTooLarge) {
		t.Fatalf("%v, want a TooLargeError of 256 MiB, Decoded", err)
	}
	if want := ": the decoded body takes more than MaxDecoded, 268435456 bytes"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("text %q, want %q at its end", err, want)
	}
	t.Logf("bounded: the heap grew by %d MB", (heap()-before)>>20)
	if strconv.IntSize < 64 {
		return // the control takes half of it
	}
	// The control: what it would take, or a fourth of it.
	in.body = many(`{"a":1}`, n/part)
	before = heap()
	got, err := get[any](t, in, parse.MaxDecoded(1<<40))
	grown := heap() - before
	t.Logf("without the bound: the heap grew by %d MB for %d MB of JSON", grown>>20, len(in.body)>>20)
	if err != nil || grown < int64(256<<20/part) {
		t.Errorf("without the bound: %v, %d bytes, want more than 256 MiB / %d", err, grown, part)
	}
	runtime.KeepAlive(got)
}

func TestTheBoundIsForResultsThatHoldAny(t *testing.T) {
	type loop struct {
		Next *loop
		Tail []loop
	}
	type own struct{ json.RawMessage }
	type hidden struct {
		Skip any `json:"-"`
		kept any
	}
	_ = hidden{}.kept
	heavy := many(`{"a":1}`, 1<<20)
	object := `{"X":` + heavy + `}`
	small := []parse.Option{parse.MaxDecoded(1 << 20)}
	for name, tt := range map[string]struct {
		get   func(*testing.T, reply, ...parse.Option) (any, error)
		body  string
		bound bool
	}{
		"any":                       {get[any], heavy, true},
		"a slice":                   {get[[]any], heavy, true},
		"a map":                     {get[map[string]any], object, true},
		"a pointer":                 {get[*any], heavy, true},
		"a field":                   {get[struct{ X any }], object, true},
		"an embedded one":           {get[struct{ hasAny }], object, true},
		"a Response":                {get[parse.Response[any]], heavy, true},
		"types without any":         {get[struct{ X []struct{ A int } }], object, false},
		"a type in itself":          {get[loop], `{"X":` + strings.Repeat(" ", 1<<20) + `1}`, false},
		"raw JSON":                  {get[json.RawMessage], heavy, false},
		"a decoder of its own":      {get[own], heavy, false},
		"a field that is no member": {get[hidden], object, false},
		"a string":                  {get[string], heavy, false},
		"bytes":                     {get[[]byte], heavy, false},
		"one long string":           {get[any], `"` + strings.Repeat("x", 900<<10) + `"`, false},
	} {
		_, err := tt.get(t, reply{body: tt.body}, small...)
		if errors.Is(err, parse.ErrTooLarge) != tt.bound || !tt.bound && err != nil {
			t.Errorf("%s: %v, want the bound: %t", name, err, tt.bound)
		}
	}
	// The default follows MaxBytes.
	if _, err := get[any](t, reply{body: heavy}, parse.MaxBytes(2<<20)); !errors.Is(err, parse.ErrTooLarge) {
		t.Errorf("8 times MaxBytes: %v", err)
	}
	if _, err := get[any](t, reply{body: heavy}, parse.MaxBytes(1<<62)); err != nil {
		t.Errorf("the largest MaxBytes: %v", err)
	}
}

type hasAny struct{ X map[string][]any }

// Usual documents of the length that MaxBytes allows stay within the bound.
func TestUsualDocumentsAreWithinTheBound(t *testing.T) {
	for name, element := range map[string]string{
		"records":     `{"id":12345,"name":"bulbasaur","url":"https://pokeapi.co/api/v2/pokemon/1/","height":7,"default":true}`,
		"coordinates": `[13.376943,52.516278]`,
		"numbers":     `1234.5678`,
		"strings":     `"grass"`,
	} {
		if _, err := get[any](t, reply{body: many(element, 2<<20-100)}, parse.MaxBytes(2<<20)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func benchmarkJSON[T any](b *testing.B, element string) {
	b.Helper()
	body := many(element, 30<<20)
	s := &server{tb: b, replies: []reply{{status: 200, body: body}}}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := parse.Get[T](b.Context(), &http.Client{Transport: s}, url); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSONIntoStructs(b *testing.B) {
	benchmarkJSON[[]pokemon](b, `{"id":12345,"name":"bulbasaur"}`)
}

func BenchmarkJSONIntoAny(b *testing.B) {
	benchmarkJSON[any](b, `{"id":12345,"name":"bulbasaur and others of its kind"}`)
}

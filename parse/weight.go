package parse

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
)

// The memory that JSON takes when it is decoded into any, in bytes, as measured on 64-bit machines:
// 30 MB of [{"a":1},...] take 1.35 GB.
const (
	weightValue  = 24  // a further element or member: its interface and room to grow
	weightArray  = 40  // an array, and its first element
	weightObject = 56  // an object without members
	weightFirst  = 264 // the first group of members of a map
	weightString = 16  // a string without its bytes
	// weightMost is more than a byte of any document takes on average. {"":{"":0}} comes near.
	weightMost = 64
	// weightLimit is how many times MaxBytes a result may take. Usual documents take 3 to 8 times
	// their length.
	weightLimit = 8
)

// MaxDecoded bounds the memory, in bytes, of JSON that is decoded into any: as the result, or
// inside it, such as in map[string]any. There the server chooses the types, and a byte of JSON
// can take fifty. The size is estimated before the body is decoded, to within about a half. A
// heavier body is a [TooLargeError] with Decoded set. The default is 8 times [MaxBytes], 256 MiB
// if that is not set. A result without any is not counted, since its types decide what it takes.
// MaxDecoded panics if n is not positive.
func MaxDecoded(n int64) Option {
	if n <= 0 {
		panic(fmt.Sprintf("parse: MaxDecoded: %d is not positive", n))
	}
	return decodedRule(n)
}

type decodedRule int64

func (r decodedRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r decodedRule) add(s *settings)                            { s.decoded = int64(r) }

// maxDecoded returns the bound of MaxDecoded.
func (s *settings) maxDecoded() int64 {
	if s.decoded > 0 {
		return s.decoded
	}
	if n := s.maxBytes(); n <= math.MaxInt64/weightLimit {
		return weightLimit * n
	}
	return math.MaxInt64
}

// tooHeavy reports whether JSON decoded into dst would take more than MaxDecoded. Most bodies are
// too short to be looked at.
func (s *settings) tooHeavy(data []byte, dst any) bool {
	limit := s.maxDecoded()
	return int64(len(data)) > limit/weightMost &&
		holdsAny(reflect.TypeOf(dst).Elem(), map[reflect.Type]bool{}) &&
		weigh(data, limit) > limit
}

// weigh returns about how much memory data takes when it is decoded into any. It stops once it
// exceeds limit. It does not check that data is JSON, which the decoder does.
func weigh(data []byte, limit int64) int64 {
	var n int64
	for i := 0; i < len(data) && n <= limit; i++ {
		switch data[i] {
		case '"':
			from := i
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			n += weightString + int64(i-from)
		case ',':
			n += weightValue
		case '[':
			n += weightArray
		case '{':
			n += weightObject
			for i+1 < len(data) && isSpace(data[i+1]) {
				i++
			}
			if i+1 < len(data) && data[i+1] == '"' {
				n += weightFirst
			}
		}
	}
	return n
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// holdsAny reports whether JSON decoded into a value of type t may make values whose types the
// server chooses. seen has the types that were looked at already.
func holdsAny(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsAny(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" && holdsAny(f.Type, seen) {
				return true
			}
		}
	default:
	}
	return false
}

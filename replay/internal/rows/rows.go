// Package rows holds what the storages that keep a tape in a database have in common: how an
// exchange becomes a row, the checksums by which damage is found, and the walks over an index of
// keys. A row of keys and the record of an exchange are joined by its ID.
package rows

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

const (
	// LongBody is the length in bytes from which a body is kept in parts, and is not returned with
	// its exchange.
	LongBody = 1 << 20

	maxText = 200 // the bytes of a text in a key; a longer text is cut, so that an index accepts it
)

// A Key is a store.Key in a row, with texts that every database accepts.
type Key struct {
	Host, Path, Method string
	Sum                []byte
}

// KeyOf returns the key of a row.
func KeyOf(key store.Key) Key {
	return Key{Text(key.Host), Text(key.Path), Text(key.Method), key.Sum[:]}
}

// Equal reports whether two keys are the same.
func (k Key) Equal(other Key) bool {
	return k.Host == other.Host && k.Path == other.Path && k.Method == other.Method && string(k.Sum) == string(other.Sum)
}

// Request returns the smallest and the largest sum of the same request, whoever makes it.
func (k Key) Request() (least, most []byte) {
	n := sha256.Size - store.IdentitySize
	least = append(make([]byte, 0, sha256.Size), k.Sum[:n]...)
	most = append(make([]byte, 0, sha256.Size), k.Sum[:n]...)
	for range store.IdentitySize {
		least, most = append(least, 0), append(most, 0xff)
	}
	return least, most
}

// Text returns s if it is UTF-8 without a NUL and has up to 200 bytes. Otherwise it returns the
// readable part of the first 200 bytes and a hash of all.
func Text(s string) string {
	if len(s) <= maxText && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	cut := strings.ReplaceAll(strings.ToValidUTF8(s[:min(len(s), maxText)], "?"), "\x00", "?")
	return cut + "#" + hex.EncodeToString(sum[:8])
}

// Number returns an ID as an integer of a database, at most the largest one.
func Number(id store.ID) int64 { return int64(min(id, math.MaxInt64)) } //nolint:gosec // it was cut

// ID undoes Number.
func ID(n int64) store.ID { return store.ID(max(n, 0)) } //nolint:gosec // not negative

// KeyCheck returns the checksum of a row of keys.
func KeyCheck(id store.ID, key Key) int64 {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 256), uint64(id))
	for _, s := range []string{key.Host, key.Path, key.Method} {
		b = append(append(b, s...), 0)
	}
	return check(append(b, key.Sum...), nil)
}

// RecordCheck returns the checksum of a record.
func RecordCheck(id store.ID, data []byte) int64 {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	return check(b[:], data)
}

// PartCheck returns the checksum of a part of a body.
func PartCheck(id store.ID, number int, data []byte) int64 {
	var b [12]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	binary.BigEndian.PutUint32(b[8:], uint32(number)) //nolint:gosec // 2^32 parts are 2^50 bytes
	return check(b[:], data)
}

func check(head, data []byte) int64 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return int64(crc32.Update(crc32.Update(0, table, head), table, data))
}

// Encode returns the record of an exchange under an ID. If the body of its response is long, it
// is returned separately and is not in the record.
func Encode(x *store.Exchange, id store.ID) (data, body []byte, err error) {
	if x.ID != id {
		again := *x
		again.ID = id
		x = &again
	}
	if x.Response != nil && len(x.Response.Body) >= LongBody {
		data, err = x.MarshalWithoutBody()
		return data, x.Response.Body, err
	}
	data, err = x.MarshalBinary()
	return data, nil, err
}

// Decode returns the exchange of a record whose checksum is sum.
func Decode(id store.ID, data []byte, sum int64) (*store.Exchange, error) {
	if RecordCheck(id, data) != sum {
		return nil, Damaged("the checksum of record %d is wrong", id)
	}
	x := new(store.Exchange)
	if err := x.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	if x.ID != id {
		return nil, Damaged("record %d has the ID of another", id)
	}
	return x, nil
}

// A Row is an exchange as it was read from a database.
type Row struct {
	ID                    store.ID
	KeyCheck, RecordCheck int64
	Data                  []byte
}

// Under returns the exchange of a row that was found by a key.
func (r Row) Under(key Key) (*store.Exchange, error) {
	if KeyCheck(r.ID, key) != r.KeyCheck {
		return nil, Damaged("the keys of exchange %d are not those it was found by", r.ID)
	}
	x, err := Decode(r.ID, r.Data, r.RecordCheck)
	if err == nil {
		copy(x.Key.Sum[:], key.Sum)
	}
	return x, err
}

// Damaged returns a store.FormatError without a path.
func Damaged(format string, args ...any) error {
	return &store.FormatError{Reason: "damaged tape: " + fmt.Sprintf(format, args...)}
}

// Status returns the status code to show in a row, 0 for an exchange without a response.
func Status(x *store.Exchange) int {
	if x.Response == nil {
		return 0
	}
	if x.Response.StatusCode == 0 {
		return http.StatusOK
	}
	return x.Response.StatusCode
}

package bolt

import (
	"encoding/binary"
	"hash/crc32"
)

// Everything written has a CRC-32C of its key and value. It detects damage that still decodes, and
// values in the wrong place. Tapes of earlier builds have none.
const (
	sumSize = 4

	summedRecord = 2 // before a checksum and an encoded exchange, which starts with 1
	summedIndex  = 2 // before the checksum of an index key; 1 is an entry without one
	plainIndex   = 1
)

func checksum(key, value []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(0, table, key)
	if len(value) == 0 { // as in the index, where each lookup compares two
		return sum
	}
	return crc32.Update(sum, table, value)
}

// appendRecord appends a record: a checksum, and what encode appends.
func appendRecord(b, id []byte, encode func([]byte) ([]byte, error)) ([]byte, error) {
	from := len(b)
	b, err := encode(append(b, summedRecord, 0, 0, 0, 0))
	if err != nil {
		return nil, err
	}
	record := b[from:]
	binary.BigEndian.PutUint32(record[1:], checksum(id, record[1+sumSize:]))
	return b, nil
}

// openRecord returns the encoded exchange of a record, and whether it has a checksum. ok is false
// if that is wrong.
func openRecord(id, b []byte) (encoded []byte, summed, ok bool) {
	if len(b) == 0 || b[0] != summedRecord {
		return b, false, true
	}
	encoded, ok = openPart(id, b[1:])
	return encoded, true, ok
}

// sealPart returns a part of a body with its checksum.
func sealPart(key, part []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, sumSize+len(part)), checksum(key, part))
	return append(b, part...)
}

// openPart is the inverse of sealPart. It returns false if the checksum is wrong.
func openPart(key, b []byte) ([]byte, bool) {
	if len(b) < sumSize {
		return nil, false
	}
	value := b[sumSize:]
	return value, binary.BigEndian.Uint32(b) == checksum(key, value)
}

// indexValue returns the value of an index entry.
func indexValue(key []byte) []byte {
	return binary.BigEndian.AppendUint32([]byte{summedIndex}, checksum(key, nil))
}

// rightIndex reports whether an index entry is undamaged.
func rightIndex(key, value []byte) bool {
	switch {
	case len(value) == 1:
		return value[0] == plainIndex
	case len(value) == 1+sumSize:
		return value[0] == summedIndex && binary.BigEndian.Uint32(value[1:]) == checksum(key, nil)
	}
	return false
}

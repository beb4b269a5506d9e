package text

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// piecesLine is how many pieces a string has.
const piecesLine = 8

// piecesOf writes how a body arrived. "118+230ms 92+31ms 88" is 118 bytes 230 ms after the headers,
// 92 bytes 31 ms later, and 88 bytes at the same time but separately.
func piecesOf(list []store.Piece) json.RawMessage {
	var lines []string
	for len(list) > 0 {
		n := min(piecesLine, len(list))
		words := make([]string, n)
		for i, p := range list[:n] {
			words[i] = strconv.FormatInt(p.Bytes, 10)
			if wait := duration(p.Wait); wait != "" {
				words[i] += "+" + wait
			}
		}
		lines = append(lines, strings.Join(words, " "))
		list = list[n:]
	}
	return listOf(lines)
}

// pieces is the inverse of piecesOf.
func pieces(raw json.RawMessage) ([]store.Piece, error) {
	lines, err := list(raw)
	if err != nil {
		return nil, err
	}
	var all []store.Piece
	for _, line := range lines {
		for word := range strings.FieldsSeq(line) {
			bytes, wait, _ := strings.Cut(word, "+")
			n, err := strconv.ParseUint(bytes, 10, 52)
			if err != nil {
				return nil, fmt.Errorf("%.40q does not begin with a number of bytes", word)
			}
			p := store.Piece{Bytes: int64(n)} //nolint:gosec // 52 bits
			if p.Wait, err = parseDuration(wait); err != nil {
				return nil, err
			}
			all = append(all, p)
		}
	}
	return all, nil
}

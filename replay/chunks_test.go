package replay

import (
	"strings"
	"testing"
)

func TestPayloadOf(t *testing.T) {
	for body, want := range map[string]string{
		"5;chunk-signature=a\r\nhello\r\n0;chunk-signature=b\r\n\r\n":   "hello",
		"5\r\nhello\r\n2\r\n!\n\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\n": "hello!\n",
		"0\r\n\r\n":                          "",
		"5\r\nhello\r\n":                     "none", // cut
		"5\r\nhelloX\r\n0\r\n\r\n":           "none",
		"5\nhello\r\n0\r\n\r\n":              "none",
		"-5\r\nhello\r\n0\r\n\r\n":           "none",
		"hello":                              "none",
		"":                                   "none",
		strings.Repeat("1", 5000) + "\r\n":   "none",
		"ffffffffffffffffffff\r\nx\r\n":      "none",
		"7fffffffffffffff\r\nx\r\n0\r\n\r\n": "none",
	} {
		// All at once, and then byte by byte.
		payload, ok := payloadOf([]byte(body))
		var slow []byte
		c := &chunks{to: func(p []byte) { slow = append(slow, p...) }}
		for i := range len(body) {
			c.write([]byte{body[i]})
		}
		if ok != (want != "none") || c.whole() != ok || ok && (string(payload) != want || string(slow) != want) {
			t.Errorf("%.40q: %q %v, byte for byte %q %v, want %q", body, payload, ok, slow, c.whole(), want)
		}
	}
}

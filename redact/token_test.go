package redact

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

func TestSegmentDistinguishesTokensFromWords(t *testing.T) {
	for _, s := range []string{
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
		"ghp_abcdefghij0123456789ABCDEFGHIJ012345",
		"glpat-AbCdEfGhIjKlMnOpQr12",
		"sk-proj-AbCdEfGh1234567890AbCdEfGh",
		"sk_test_4eC39HqLyjWDarjtT1zdp7dc",
		"xoxb-123456789012-1234567890123-AbCdEfGhIjKl1234",
		"AKIAIOSFODNN7EXAMPLE",
		"bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
		"bot110201543%3AAAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"d41d8cd98f00b204e9800998ecf8427e",
		"dGhpcyBpcyBhIHNlY3JldCB0b2tlbg",
		"4uLU6hMCjMI75M1A2tKUQ3xZ",
		"q7w8e9r0t1y2u3i4o5p6a7s8",
	} {
		if !Segment(s) {
			t.Errorf("%q is taken for a word", s)
		}
	}
	for _, s := range []string{
		"", "pokemon", "mr-mime-galar", "the-quick-brown-fox-jumps-over-the-lazy-dog", "getUserInformationByName",
		"GetUserInformationV2List", "Mount-Everest-2024-Expedition-Report", "internationalization",
		"1", "1234567890123456789012345678901234567890", "2024-01-02", "2024-01-02T03:04:05Z", "20240102T030405000Z",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "01ARZ3NDEKTSV4RRFFQ69G5FAV",
		"507f1f77bcf86cd799439011", "SKU-12345-ABCDE-XL-2024-BLK", "jquery-3.6.0.min.js", "v1.22.333-rc.1",
		"john.smith1985@example.com", "ubuntu-22-04-lts-release-notes", "sk-learn-international-2024-edition",
		"caf%C3%A9-au-lait-de-la-maison", "Привет-мир-как-дела-сегодня", "REDACTED", "botany:plants", "robots.txt",
		"ANNUAL-REPORT-OF-THE-BOARD", "iPhone-15-Pro-Max-256GB-Blue-Titanium", "%zz",
	} {
		if Segment(s) {
			t.Errorf("%q is taken for a secret", s)
		}
	}
}

// The share of random tokens that are recognized.
func TestSegmentRecognizesRandomTokens(t *testing.T) {
	src := rand.NewChaCha8([32]byte{1})
	const n = 5000
	for _, test := range []struct {
		name  string
		bytes int
		enc   func([]byte) string
		least float64
	}{
		{"base64url of 16 bytes", 16, base64.RawURLEncoding.EncodeToString, 0.92},
		{"base64url of 24 bytes", 24, base64.RawURLEncoding.EncodeToString, 0.97},
		{"base64url of 32 bytes", 32, base64.RawURLEncoding.EncodeToString, 0.98},
		{"hex of 16 bytes", 16, hex.EncodeToString, 0.999},
		{"hex of 8 bytes", 8, hex.EncodeToString, -1}, // control run: ids of that length are not secret
	} {
		b := make([]byte, test.bytes)
		hits := 0
		for range n {
			_, _ = src.Read(b)
			if Segment(test.enc(b)) {
				hits++
			}
		}
		rate := float64(hits) / n
		if test.least < 0 && rate != 0 || rate < test.least {
			t.Errorf("%s: %.3f recognized, want %v", test.name, rate, test.least)
		}
	}
}

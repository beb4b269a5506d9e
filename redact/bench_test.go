package redact

import (
	"net/url"
	"strings"
	"testing"
)

func BenchmarkHeader(b *testing.B) {
	for b.Loop() {
		Header("X-Request-Id")
	}
}

func BenchmarkURL(b *testing.B) {
	u, _ := url.Parse("https://api.example.com/v2/pokemon/pikachu?limit=20&api_key=abc")
	b.ReportAllocs()
	for b.Loop() {
		URL(u)
	}
}

func BenchmarkText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Text(`Get "https://api.example.com/v2/pokemon?api_key=abc": dial tcp: connection refused`)
	}
}

func BenchmarkBody(b *testing.B) {
	body := []byte("[" + strings.Repeat(`{"id":1,"name":"pikachu","url":"https://pokeapi.co/api/v2/pokemon/25/","sprites":{"front":"x.png"}},`, 1000) + `{"token":"x"}]`)
	for name, r := range map[string]*Redactor{"builtin": nil, "literal": New(Rules{Literals: []string{"a literal secret"}})} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				r.Body("application/json", body)
			}
		})
	}
}

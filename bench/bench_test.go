package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
)

// BenchmarkStack is for benchstat and profiles. The program prints the table.
func BenchmarkStack(b *testing.B) {
	for _, s := range complete(stacks()) {
		b.Run(s.name, func(b *testing.B) {
			call := s.bench(1).run[0]
			b.ReportAllocs()
			for b.Loop() {
				if err := call(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAdmission measures a limiter alone that never limits.
func BenchmarkAdmission(b *testing.B) {
	for _, a := range admitted() {
		b.Run(a.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := a.run[0](); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoopback sends real requests, by http.Transport to net/http's server in the
// same process, to show how small the cost of a stack is beside them.
func BenchmarkLoopback(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, payload)
	}))
	b.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range complete(stacks()) {
		if !slices.Contains([]string{bare, six, baselineSix, assembledSix}, s.name) {
			continue
		}
		b.Run(s.name, func(b *testing.B) {
			base := http.DefaultTransport.(*http.Transport).Clone()
			b.Cleanup(base.CloseIdleConnections)
			c := s.caller(s.build(base, unlimited()))
			c.req.URL.Scheme, c.req.URL.Host = at.Scheme, at.Host
			cpu := processor()
			b.ReportAllocs()
			for b.Loop() {
				if err := s.call(c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processor()-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}

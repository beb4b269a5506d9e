package main

import "testing"

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

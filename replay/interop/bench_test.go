package interop

import "testing"

func BenchmarkRead(b *testing.B) {
	for _, f := range []Format{GoVCR, VCRPy, HAR, JSON} {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for _, err := range readFrom(manyOf(f, b.N), f, false, defaultLimits()) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package route

import (
	"fmt"
	"testing"
)

func BenchmarkRoute(b *testing.B) {
	tab := compile(b, "GET /repos/{owner}/{repo}", "api.github.com/users/{name}")
	for name, r := range map[string]*Router{"bare": New(nil, Options{}), "tables": New([]*Table{tab}, Options{})} {
		req := request(b, "GET", "https://api.github.com/repos/golang/go?page=2")
		b.Run("hit/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Route(req)
			}
		})
		b.Run("parallel/"+name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r.Route(req)
				}
			})
		})
		b.Run("miss/"+name, func(b *testing.B) {
			b.ReportAllocs()
			req := request(b, "GET", "https://api.github.com/x")
			i := 0
			for b.Loop() {
				i++
				req.URL.Path = fmt.Sprint("/orders/", i, "/items")
				r.Route(req)
			}
		})
	}
}

package match

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

func setOf(tb testing.TB, fields ...Fields) *Set {
	tb.Helper()
	list := make([]*Matcher, len(fields))
	for i, f := range fields {
		m, err := Compile(f)
		if err != nil {
			tb.Fatalf("%+v: %v", f, err)
		}
		list[i] = m
	}
	return NewSet(list...)
}

// each is the reference for Find: it tries every matcher.
func each(s *Set, req *http.Request) (found []int32) {
	for i, m := range s.list {
		if m.Match(nil, req) {
			found = append(found, int32(i))
		}
	}
	return found
}

func TestASetFindsWhatALookAtEachFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	word := func() string { return pick("a", "b", "v1", "things", "x%20y", "x-y", "7") }
	host := func() string {
		return pick("a.test", "A.test:443", "b.test:80", "b.test:", "c.test:81", "[::1]", "[::1]:443", "::1", "a.test.")
	}
	field := func() (f Fields) {
		for f == (Fields{}) && random.IntN(50) > 0 {
			if random.IntN(4) == 0 {
				f.Host = host()
			}
			if random.IntN(6) == 0 {
				f.Method = pick("GET", "POST", "HEAD")
			}
			switch random.IntN(4) {
			case 0:
				f.Route = pick("", "", "GET ", "POST ", "b.test") + "/" + pick(word(), "{p}", "p-{p}") + pick("", "/", "/{$}", "/{id}", "/"+word(), "/{rest...}")
			case 1:
				f.URL = pick("/", "^https://", "", "(?i)", `\d/`) + word() + pick("", "/", "$", "(/|$)", "/?"+word(), "|"+word(), `/\w+`)
			}
		}
		return f
	}
	for range 60 {
		fields := make([]Fields, random.IntN(120))
		for i := range fields {
			fields[i] = field()
		}
		s := setOf(t, fields...)
		for range 60 {
			path := ""
			for range random.IntN(4) {
				path += "/" + pick(word(), word(), "p-1", ".", "%zz", "%2F")
			}
			req := request(t, pick("", "GET", "POST", "HEAD"), "https://a.test/")
			req.URL.Scheme, req.URL.Host = pick("http", "https", "HTTPS"), pick(host(), host(), "A.TEST:80")
			if u, err := req.URL.Parse(path + pick("", "/")); err == nil {
				req.URL = u
			}
			if random.IntN(20) == 0 {
				req.URL.Opaque = "//b.test/a"
			}
			want := each(s, req)
			for i := range 4 { // the third is of the cache
				if got := s.Find(nil, req, new([Few]int32)); !slices.Equal(got, want) {
					t.Fatalf("%s %q %q %q, time %d: %v, want %v of %+v", req.Method, req.URL, req.URL.Host, req.URL.Path, i, got, want, fields)
				}
			}
		}
	}
}

// thousand returns rules of one kind, of which one matches, and a path for it.
func thousand(kind string, n int) (fields []Fields) {
	for i := range n {
		fields = append(fields, map[string]Fields{
			"URL":                    {URL: fmt.Sprintf("/things%d/", i)},
			"expressions":            {URL: fmt.Sprintf(`^https://api\.test/.*/things%d/\d+$`, i)},
			"Route":                  {Route: fmt.Sprintf("GET /v1/things%d/{id}", i)},
			"Route behind a tenant":  {Route: fmt.Sprintf("GET /{tenant}/things%d/{id}", i)},
			"Host":                   {Host: fmt.Sprintf("api%d.test", i)},
			"Host and the same URL":  {Host: fmt.Sprintf("api%d.test", i), URL: "/v1/"},
			"URL and the same Host":  {Host: "api.test", URL: fmt.Sprintf("/things%d/", i)},
			"Route and the same URL": {Route: fmt.Sprintf("/v1/things%d/{id}", i), URL: "^https://"},
		}[kind])
	}
	return fields
}

var kinds = []string{
	"URL", "expressions", "Route", "Route behind a tenant", "Host", "Host and the same URL", "URL and the same Host", "Route and the same URL",
}

func TestAKnownPathAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, kind := range kinds {
		s := setOf(t, thousand(kind, 100)...)
		req := request(t, "GET", "https://api.test/v1/things77/5")
		find := func() {
			var room [Few]int32
			_ = s.Find(nil, req, &room)
		}
		if n := testing.AllocsPerRun(100, find); n > 0 {
			t.Errorf("%s: %v allocations", kind, n)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{1, 1000} {
		for _, kind := range kinds[:5] {
			s := setOf(b, thousand(kind, n)...)
			req, _ := http.NewRequest(http.MethodGet, "https://api.test/v1/things77/5", nil)
			var few [Few]int32
			b.Run(fmt.Sprintf("known path, %d rules, %s", n, kind), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Find(nil, req, &few)
				}
			})
			if s.index == nil {
				continue
			}
			b.Run(fmt.Sprintf("new path, %d rules, %s", n, kind), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.search(nil, req, few[:0])
				}
			})
		}
	}
}

package fault

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestALogCountsAllAndKeepsTheLast(t *testing.T) {
	l := NewLog(3, "GET /a/{x}", "POST /a/{x}")
	h := l.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a/404":
			w.WriteHeader(103)
			w.WriteHeader(404)
			w.WriteHeader(500) // a second status has no effect
		case "/silent":
		default:
			fmt.Fprint(w, "ok")
		}
	}))
	request(h, "GET", "/a/1?secret=1")
	request(h, "GET", "/a/404")
	request(h, "GET", "/silent")
	r := httptest.NewRequest("POST", "/a/b%2Fc?key=1", nil)
	r.Header.Set("Idempotency-Key", "k1")
	h.ServeHTTP(httptest.NewRecorder(), r)

	if got := l.Requests(); l.Total() != 4 || got["GET /a/{x}"] != 2 || got["POST /a/{x}"] != 1 || got[Other] != 1 {
		t.Errorf("requests: %d %v", l.Total(), got)
	}
	if got := l.Statuses(); got["GET /a/{x}"][404] != 1 || got["GET /a/{x}"][200] != 1 || len(got["GET /a/{x}"]) != 2 || got[Other][200] != 1 {
		t.Errorf("statuses: %v", got)
	}
	want := []Record{
		{Route: "GET /a/{x}", Method: "GET", Path: "/a/404", Status: 404},
		{Route: Other, Method: "GET", Path: "/silent", Status: 200},
		{Route: "POST /a/{x}", Method: "POST", Path: "/a/b%2Fc", Key: "k1", Status: 200},
	}
	got := l.Records()
	if len(got) != len(want) {
		t.Fatalf("records: %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("record %d: %+v: want %+v", i, got[i], want[i])
		}
	}
	// The maps are copies.
	l.Requests()[Other] = 99
	l.Statuses()[Other][200] = 99
	if l.Requests()[Other] != 1 || l.Statuses()[Other][200] != 1 {
		t.Error("a change of the returned maps changed the log")
	}
}

func TestALogOfNegativeSizeKeepsNoRecords(t *testing.T) {
	l := NewLog(-1)
	request(l.Wrap(text("")), "GET", "/")
	if len(l.Records()) != 0 || l.Total() != 1 {
		t.Errorf("%v, %d", l.Records(), l.Total())
	}
}

func TestARequestWithoutAResponseIsLoggedWithoutAStatus(t *testing.T) {
	for _, f := range []Fault{Reset(), Empty(), Garbage()} {
		l := NewLog(0)
		s, c := serve(t, l.Wrap(always(f, text(""))))
		if _, _, err := fetch(c, s.URL); err == nil {
			t.Errorf("%v: no error", f)
		}
		if err := s.Close(); err != nil { // the handler has ended
			t.Error(err)
		}
		if r := l.Records(); len(r) != 1 || r[0].Status != 0 || r[0].Fault != f.Kind() || len(l.Statuses()) != 0 {
			t.Errorf("%v: %+v, %v", f, r, l.Statuses())
		}
	}
}

package declare

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/setting"
)

func TestWhatIsAStream(t *testing.T) {
	var none Set
	declared := call{t.Context(), none.With(Stream{host("s.test")})}
	for name, tc := range map[string]struct {
		url, accept string
		want        bool
	}{
		"neither":              {"http://a.test/?a=watch=true", "application/json", false},
		"events":               {"http://a.test/", "text/event-stream", true},
		"events, parameters":   {"http://a.test/", "Text/Event-Stream; charset=utf-8, */*", true},
		"events as the second": {"http://a.test/", "application/json, text/event-stream", false},
		"a watch":              {"http://a.test/pods?limit=5&watch=true", "", true},
		"a watch by 1":         {"http://a.test/pods?watch=1&limit=5", "", true},
		"no watch":             {"http://a.test/pods?watch=false", "", false},
		"a watch of its own":   {"http://a.test/pods?nowatch=true", "", false},
		"declared":             {"http://s.test/", "", true},
	} {
		req, _ := http.NewRequestWithContext(declared, http.MethodGet, tc.url, nil)
		if tc.accept != "" {
			req.Header.Set("Accept", tc.accept)
		}
		if got := IsStream(req); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	req, _ := http.NewRequestWithContext(setting.With(declared, Stream{host("o.test")}), http.MethodGet, "http://s.test/", nil)
	if IsStream(req) {
		t.Error("a setting does not take the place of the stack")
	}
	plain, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://a.test/?a=b", nil)
	plain.Header.Set("Accept", "application/json, text/event-stream")
	if n := testing.AllocsPerRun(100, func() { IsStream(plain) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if IsStream(&http.Request{}) {
		t.Error("a request without a URL is a stream")
	}
}

// Before the response arrives, nobody knows whether it has events.
func TestWhatMayHaveEventsAndWhatHasThem(t *testing.T) {
	for accept, want := range map[string]bool{
		"":                                    false,
		"application/json":                    false,
		"application/json, text/event-stream": true,
		"*/*;q=0.1,Text/Event-Stream;q=0.5":   true,
		"text/event-streams":                  false,
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://a.test/", nil)
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		if got := MayHaveEvents(req); got != want {
			t.Errorf("%s: %v, want %v", accept, got, want)
		}
	}
	watch, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://a.test/?watch=1", nil)
	if !MayHaveEvents(watch) {
		t.Error("a stream may have no events")
	}
	for media, want := range map[string]bool{"": false, "application/json": false, "text/event-stream": true, "Text/Event-Stream ; charset=utf-8": true} {
		resp := &http.Response{Header: http.Header{}}
		if media != "" {
			resp.Header.Set("Content-Type", media)
		}
		if got := HasEvents(resp); got != want {
			t.Errorf("%s: %v, want %v", media, got, want)
		}
	}
}

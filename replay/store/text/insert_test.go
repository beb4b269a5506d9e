package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

// Inserting a body gives what encoding/json would write, even if bodies and headers look like the
// place to insert at.
func TestABodyIsInsertedAsItWouldBeWritten(t *testing.T) {
	bodies := []string{
		"", "text", `{}`, `[]`, `{"json":0}`, `{"json":"0"}`, `{"json": 0}`, "{\n  \"json\": 0\n}", `[{"json":0},{"json":0}]`,
		`{"a":"\"json\":0"}`, `{"a":"<&>\u2028` + "\u2028" + `é"}`, `{"json":0}` + "\n", `"json":0`, "\xff\xfe", strings.Repeat("x", 100),
	}
	inserted := 0
	var in inserter
	for _, request := range bodies {
		for _, response := range bodies {
			x := &store.Exchange{
				ID: 1, Complete: true, Attempt: 1,
				Request:  store.Request{Method: "POST", URL: "http://h/json?json=0", Header: map[string][]string{"json": {"0"}, "Json": {"0"}}, Body: []byte(request)},
				Response: &store.Response{Status: "200 OK", StatusCode: 200, Header: map[string][]string{"Json": {`"json":0`}}, Body: []byte(response)},
			}
			e := exchangeOf(x, "")
			want := marshal(&e)
			if len(e.insertable()) > 0 {
				inserted++
			}
			if got := in.marshal(&e); !bytes.Equal(got, want) {
				t.Errorf("request %q, response %q:\n got %s\nwant %s", request, response, got, want)
			}
		}
	}
	if all := len(bodies) * len(bodies); inserted < all/4 || inserted > all*3/4 {
		t.Errorf("%d of %d were inserted", inserted, all)
	}
	alone := exchangeOf(&store.Exchange{Fault: &store.Fault{Text: `"json":0`}}, "")
	if got, want := string(in.marshal(&alone)), string(marshal(&alone)); got != want {
		t.Errorf("without a response: %s, want %s", got, want)
	}
}

package parse_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

func TestJSONDecodesWhateverTheMediaType(t *testing.T) {
	_, client := serve(t, reply{status: 200, typ: "text/html", body: pikachu})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if got, err := parse.JSON[pokemon](client.Do(req)); err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	_, client = serve(t, reply{err: rttest.ErrBoom})
	_, err := parse.JSON[pokemon](client.Do(req))
	if !errors.Is(err, rttest.ErrBoom) || err.Error() != "GET https://api.test/v2/pokemon/25: boom" {
		t.Errorf("%v", err)
	}
	if _, err := parse.JSON[pokemon](nil, nil); err == nil || err.Error() != "call: no response" {
		t.Errorf("neither a response nor an error: %v", err)
	}
	// A response that a test made by hand has no request.
	resp := &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody}
	if _, err := parse.JSON[pokemon](resp, nil); !errors.Is(err, parse.Status(404)) {
		t.Errorf("%v", err)
	}
}

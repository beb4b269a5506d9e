package text

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestExchangeRoundTrip(t *testing.T) {
	x := tapetest.Exchange(7, "POST", "http://h/a?q=1", "body")
	x.Start, x.FirstByte, x.Total = time.UnixMicro(1_700_000_000_123_456).UTC(), time.Second, time.Minute
	x.Attempt, x.Route, x.Complete = 2, "/{x}", false
	x.Request.Header.Set("A", "b")
	x.Request.Body, x.Request.BodySize, x.Request.BodySum = []byte("\xff"), 1, []byte{1, 2}
	x.Response.Trailer = x.Request.Header
	x.Response.TransferEncoding, x.Response.Uncompressed, x.Response.Close, x.Response.NoBody = []string{"chunked"}, true, true, true
	x.Fault = &store.Fault{Text: "broke", Kind: store.FaultConnReset, IsTimeout: true}
	b, err := json.Marshal(exchangeOf(x))
	tapetest.Must(t, err)
	var e exchange
	tapetest.Must(t, json.Unmarshal(b, &e))
	got, err := e.decode()
	tapetest.Must(t, err)
	if !reflect.DeepEqual(got, x) {
		t.Errorf("\nhave %+v\n got %+v", x, got)
	}
}

// The errors of a hand edit say which member is wrong.
func TestDecodeNamesTheMember(t *testing.T) {
	sum := strings.Repeat("0", 64)
	for want, e := range map[string]exchange{
		"id":                             {ID: "x"},
		"sum of 2 bytes, want 32":        {ID: "1", Sum: "0000"},
		"request body":                   {ID: "1", Sum: sum, Request: request{Body: &body{Base64: "%"}}},
		"body_sha256":                    {ID: "1", Sum: sum, Request: request{BodySum: "%"}},
		"response body":                  {ID: "1", Sum: sum, Response: &response{Body: &body{JSON: []byte("{")}}},
		"neither a response nor a fault": {ID: "1", Sum: sum},
	} {
		if _, err := e.decode(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

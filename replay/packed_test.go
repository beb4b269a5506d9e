package replay_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// zeros returns so many mebibytes of zeros, compressed.
func zeros(mebibytes int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for part := make([]byte, 1<<20); mebibytes > 0; mebibytes-- {
		_, _ = w.Write(part)
	}
	_ = w.Close()
	return b.String()
}

// A body that unpacks to far more than MaxBody is not searched for secrets, and so not written. The
// bound saves memory: a mebibyte can hold a gibibyte of zeros.
func TestABodyIsUnpackedUpToABound(t *testing.T) {
	packed, wide := 16, int64(4<<20)
	if long.Wanted() {
		packed, wide = 64, 16<<20
	}
	for _, tt := range []struct {
		maxBody   int64
		mebibytes int
		withheld  int64
		most      uint64 // bytes that may be allocated
	}{
		{256 << 10, 1, 0, 16 << 20},
		{256 << 10, packed, 1, 16 << 20},
		{wide, packed, 0, 1 << 40}, // the control: a wider bound lets it be unpacked
	} {
		body := zeros(tt.mebibytes)
		tape, err := replay.New(&tapetest.Memory{}, replay.Options{MaxBody: tt.maxBody})
		if err != nil {
			t.Fatal(err)
		}
		rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, body)
			resp.Header.Set("Content-Type", "application/octet-stream")
			resp.Header.Set("Content-Encoding", "gzip")
			return resp, nil
		}})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		get(t, rt, api+"/packed")
		err = tape.Close()
		runtime.ReadMemStats(&after)
		s := tape.Stats()
		if s.Withheld != tt.withheld || s.Recorded != 1-tt.withheld || (err != nil) != (tt.withheld == 1) {
			t.Errorf("%d MiB with MaxBody %d: %+v, %v; want %d withheld", tt.mebibytes, tt.maxBody, s, err, tt.withheld)
		}
		took := after.TotalAlloc - before.TotalAlloc
		if took > tt.most {
			t.Errorf("%d MiB with MaxBody %d: %d bytes were allocated", tt.mebibytes, tt.maxBody, took)
		}
	}
}

package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestJSONReadsBackAsTheSameSnapshot(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, pokeapi()); err != nil {
		t.Fatal(err)
	}
	var got metrics.Snapshot
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := read([]Source{pokeapi()}); !reflect.DeepEqual(got, want) {
		t.Errorf("read back %+v\nwant %+v", got, want)
	}
}

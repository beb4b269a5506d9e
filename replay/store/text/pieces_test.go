package text

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

func TestPieces(t *testing.T) {
	for want, list := range map[string][]store.Piece{
		"":                        nil,
		`"118+230ms"`:             {{Bytes: 118, Wait: 230 * time.Millisecond}},
		`"118+230ms 92+31ms 88"`:  {{Bytes: 118, Wait: 230 * time.Millisecond}, {Bytes: 92, Wait: 31 * time.Millisecond}, {Bytes: 88}},
		`["1 1 1 1 1 1 1 1","1"]`: {{Bytes: 1}, {Bytes: 1}, {Bytes: 1}, {Bytes: 1}, {Bytes: 1}, {Bytes: 1}, {Bytes: 1}, {Bytes: 1}, {Bytes: 1}},
	} {
		raw := piecesOf(list)
		if got := strings.Join(strings.Fields(string(raw)), " "); got != want {
			t.Errorf("%v is %s, want %s", list, got, want)
		}
		got, err := pieces(raw)
		if err != nil || !reflect.DeepEqual(got, list) {
			t.Errorf("%s is %v, %v, want %v", raw, got, err, list)
		}
	}
}

func TestMalformedPieces(t *testing.T) {
	for _, raw := range []string{`"x"`, `"-1"`, `"1+x"`, `"1+-2s"`, `"9999999999999999999"`, `7`} {
		if got, err := pieces(json.RawMessage(raw)); err == nil {
			t.Errorf("%s is %v", raw, got)
		}
	}
}

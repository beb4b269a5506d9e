package text

import (
	"strings"
	"testing"
)

// The number of an exchange can be found even if the file is not valid JSON.
func TestTheExchangeThatAnOffsetIsIn(t *testing.T) {
	const file = `{"tape":"gracy tape","hashes":["{"],"exchanges":[ {"a":"{\"}","b":[{}]}, {"exchanges":[1]}, {"c" "d"}], "z":[{}]}`
	for at, want := range map[string]int{
		`{"tape"`: 0, `"{"`: 0, ` {"a"`: 0, `"b"`: 1, `[{}]}, {"e`: 1, `[1]`: 2, `"d"`: 3, `], "z"`: 3, `"z"`: 0, `[{}]}` + "\n": 0,
	} {
		if got := exchangeAt([]byte(file), strings.Index(file+"\n", at)); got != want {
			t.Errorf("at %s: %d, want %d", at, got, want)
		}
	}
}

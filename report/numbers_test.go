package report

import (
	"encoding/json"
	"slices"
	"testing"
)

// Each column is written in its shortest form.
func TestTheFormOfAColumn(t *testing.T) {
	for text, want := range map[string]numbers{
		`""`:                            nil,
		`"1 -z"`:                        {1, -35},
		`{"runs":"7 14"}`:               slices.Repeat([]int64{7}, 40),
		`{"gaps":"k 5 9 -6","n":35}`:    append(append(make([]int64, 20), 5), append(make([]int64, 9), -6, 0, 0, 0, 0)...),
		`"1 2 3 4 5 6 7 8 9 a b c d e"`: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
	} {
		b, err := json.Marshal(want)
		if err != nil || string(b) != text {
			t.Errorf("%v is written as %s, %v, want %s", want, b, err, text)
		}
		var got numbers
		if err := json.Unmarshal([]byte(text), &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
}

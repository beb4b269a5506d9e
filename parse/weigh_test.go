package parse

import (
	"strings"
	"testing"
)

// What is in a string weighs nothing but its length, and only a quote that is not escaped ends it.
func TestTheWeightOfAStringIsItsLength(t *testing.T) {
	const (
		array, object, first, more = weightArray, weightObject, weightFirst, weightValue
		text                       = weightString + 1 // the quote that ends it counts as a byte of it
	)
	for doc, want := range map[string]int64{
		`[]`:                       array,
		`[1,2,3]`:                  array + 2*more,
		`{}`:                       object,
		`{ }`:                      object,
		`{"a":1}`:                  object + first + text + 1,
		"{ \t\r\n\"a\":1,\"b\":2}": object + first + 2*(text+1) + more,
		`"a,b[{"`:                  text + 5,
		`["\",[{"]`:                array + text + 5,
		`["\\",1]`:                 array + text + 2 + more,
		`["\\\"",1]`:               array + text + 4 + more,
		`"abc`:                     text + 3,
		`"abc\`:                    text + 5,
		`[[],[]]`:                  3*array + more,
	} {
		if got := weigh([]byte(doc), 1<<30); got != want {
			t.Errorf("%s weighs %d, want %d", doc, got, want)
		}
	}
	if got := weigh([]byte(strings.Repeat("[", 1000)), 3*weightArray); got != 4*weightArray {
		t.Errorf("it weighs on to %d beyond a limit of %d", got, 3*weightArray)
	}
}

package compare

import (
	"fmt"
	"testing"
)

func TestFields(t *testing.T) {
	for raw, want := range map[string]string{
		"":                "",
		"b=1&a=2&&a=1":    `"b"="1" "a"="2" "a"="1" `,
		"a=x+y&%61=x%20z": `"a"="x y" "a"="x z" `,
		"a=%zz&b&=c=d":    `"a"="%zz" "b"="" ""="c=d" `,
	} {
		got := ""
		for name, value := range Fields(raw) {
			got += fmt.Sprintf("%q=%q ", name, value)
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", raw, got, want)
		}
	}
	for range Fields("a&b") {
		break
	}
}

package compare

import (
	"fmt"
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	const part = "--x\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n"
	ab := fmt.Sprintf(part, "a", "1") + fmt.Sprintf(part, "nonce", "2") + fmt.Sprintf(part, "b", "3")
	for body, want := range map[string]string{
		ab + "--x--":     "a=1 b=3 ",
		ab + "--x--\r\n": "a=1 b=3 ",
		"--x--":          "",
		strings.Repeat(fmt.Sprintf(part, "nonce", "2"), maxParts+1) + "--x--": "",
	} {
		all, ok := Parts([]byte(body), "x", []string{"nonce", ""})
		got := ""
		for _, p := range all {
			got += fmt.Sprintf("%s=%s ", p.Name, p.Content)
		}
		if !ok || got != want {
			t.Errorf("%.200q: got %s, %v, want %s", body, got, ok, want)
		}
	}
}

// A body that is truncated, or is not a multipart body at all, has no parts. Otherwise two such
// bodies would be equal.
func TestMalformedBodiesHaveNoParts(t *testing.T) {
	for _, body := range []string{
		"hello", "--x\r\nbroken", "--x\r\n\r\nbroken", "pre\r\n--x\r\n\r\none\r\n--x",
		strings.Repeat("--x\r\n\r\n\r\n", maxParts+1) + "--x--",
	} {
		if all, ok := Parts([]byte(body), "x", nil); ok || all != nil {
			t.Errorf("%.200q: got %d parts, %v", body, len(all), ok)
		}
	}
	if _, ok := Parts([]byte("--\r\n\r\none\r\n----"), "", nil); ok {
		t.Error("without a boundary there are parts")
	}
}

package compare

import "testing"

func TestPairsNamesWhatDiffers(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"a=1&b=2", "b=2&a=1", ""},
		{"a=1&a=2", "a=2&a=1", "query a: [\"1\",\"2\"] | [\"2\",\"1\"]\n"},
		{"a=", "", "query a: \"\" | \n"},
		{"", "a%5B%5D=x%20y", "query a[]:  | \"x y\"\n"},
		{"a=%zz", "a=%zy", "query a: \"%zz\" | \"%zy\"\n"},
		{"t=1", "t=2", ""},
	} {
		var l List
		l.Pairs("query", c.a, c.b, []string{"t"})
		if got := shown(l); got != c.want {
			t.Errorf("%s and %s:\n%swant\n%s", c.a, c.b, got, c.want)
		}
	}
}

// A malformed multipart body is compared byte by byte.
func TestMalformedPartsAreBytes(t *testing.T) {
	a := body("multipart/form-data; boundary=x", "--x\r\nbroken")
	b := body("multipart/form-data; boundary=x", "--x\r\nbroker")
	var l List
	l.Bodies(a, b, nil)
	if got, want := shown(l), "body line 2: \"broken\" | \"broker\"\n"; got != want {
		t.Errorf("%swant %s", got, want)
	}
}

func TestIgnoredPartsAreLeftOut(t *testing.T) {
	form := func(nonce, a string) Body {
		const part = "--x\r\nContent-Disposition: form-data; name="
		return body("multipart/form-data; boundary=x", part+"nonce\r\n\r\n"+nonce+"\r\n"+part+"a\r\n\r\n"+a+"\r\n--x--")
	}
	var l List
	l.Bodies(form("1", "2"), form("3", "4"), []string{"nonce"})
	if got, want := shown(l), "part a: \"2\" | \"4\"\n"; got != want {
		t.Errorf("%swant %s", got, want)
	}
}

package compare

import (
	"strings"
	"testing"
)

// However much differs, a list and each of its values stay short.
func TestAListIsBounded(t *testing.T) {
	a := body(asJSON, "["+strings.Repeat(`"`+strings.Repeat("ä", 1000)+`",`, 5000)+"1]")
	b := body(asJSON, "["+strings.Repeat("[1],", 5000)+"2]")
	var l List
	l.Bodies(a, b, nil)
	if len(l.Shown) != most || l.More != 5001-most {
		t.Errorf("%d shown, %d more", len(l.Shown), l.More)
	}
	for _, d := range l.Shown {
		if len(d.Taped) > longest+3 || !strings.HasSuffix(d.Taped, "ä...") {
			t.Errorf("%d bytes: %s", len(d.Taped), d.Taped)
		}
	}
}

package interop

import (
	"strings"
	"testing"
)

func TestLossesNameTheExchangeWithoutItsSecrets(t *testing.T) {
	d := newDraft("GET", "http://user:hunter2secret@a.test/x?api_key=querysecret99&page=1")
	d.lose("a", "b")
	d.skip("first")
	d.skip("second")
	d.named()
	if got := d.Losses[0].String(); strings.Contains(got, "secret") || !strings.Contains(got, "page=1: a: b") {
		t.Errorf("got %s", got)
	}
	if d.Skipped != "first" {
		t.Errorf("got %s", d.Skipped)
	}
	if got := maskURL("http://a.test/%zz?api_key=querysecret99"); strings.Contains(got, "secret") {
		t.Errorf("got %s", got)
	}
	if m, u := nameOf(nil); m != "" || u != "" {
		t.Errorf("got %q, %q", m, u)
	}
}

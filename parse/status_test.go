package parse_test

import (
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestAStatusIsWrittenWithItsText(t *testing.T) {
	for s, want := range map[parse.Status]string{404: "404 Not Found", 599: "599", parse.ServerError: "5xx", 529: "529"} {
		if s.String() != want || s.Error() != "status "+want {
			t.Errorf("%d: %q, %q", int(s), s.String(), s.Error())
		}
	}
}

package parse_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestMembersOfAProblemOfAWrongTypeAreIgnored(t *testing.T) {
	for body, want := range map[string]bool{`{}`: true, `{"title":5}`: true, `null`: false, `[]`: false, `{`: false} {
		_, client := serve(t, reply{status: 400, typ: "application/problem+json", body: body})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		se, _ := errors.AsType[*parse.StatusError](err)
		if (se.Problem != nil) != want || !json.Valid(se.Body) && want {
			t.Errorf("%s: problem %v", body, se.Problem)
		}
	}
}

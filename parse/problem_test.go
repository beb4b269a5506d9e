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

func TestOtherJSONIsNoProblem(t *testing.T) {
	for _, typ := range []string{"application/json", "application/vnd.api+json", "text/plain"} {
		_, client := serve(t, reply{status: 400, typ: typ, body: `{"title":"Oops"}`})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		if se, ok := errors.AsType[*parse.StatusError](err); !ok || se.Problem != nil || string(se.Body) != `{"title":"Oops"}` {
			t.Errorf("%s: %v, problem %v", typ, err, se.Problem)
		}
	}
}

// Servers of Microsoft send byte order marks, which net/http does not remove.
func TestAFailureIsDecodedAsASuccessIs(t *testing.T) {
	for name, r := range map[string]reply{
		"byte order mark": {status: 400, typ: "application/problem+json", body: "\xef\xbb\xbf{\"title\":\"caf\u00e9\"}"},
		"ISO-8859-1":      {status: 400, typ: "application/problem+json; charset=iso-8859-1", body: "{\"title\":\"caf\xe9\"}"},
	} {
		_, client := serve(t, r)
		_, err := parse.Get[pokemon](t.Context(), client, url)
		se, _ := errors.AsType[*parse.StatusError](err)
		if se.Problem == nil || se.Problem.Title != "caf\u00e9" {
			t.Errorf("%s: problem %v", name, se.Problem)
		}
		var v struct{ Title string }
		if err := se.Decode(&v); err != nil || v.Title != "caf\u00e9" {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		if string(se.Body) != r.body {
			t.Errorf("%s: body %q", name, se.Body)
		}
	}
}

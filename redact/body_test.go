package redact

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestSecretFieldsOfABodyAreMasked(t *testing.T) {
	r := New(Rules{Fields: []string{"iban"}, Literals: []string{"literal-secret"}})
	const form, json = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	for _, test := range []struct{ kind, in, want string }{
		{json, `{"b": 1.50, "a":1e400 , "n":12345678901234567890}`, ""},
		{json, `{"password":"x", "b": [1, {"client_secret": "y"}],"a":null}`, `{"password":"REDACTED", "b": [1, {"client_secret": "REDACTED"}],"a":null}`},
		{json, `{"IBAN" : "x"}`, `{"IBAN" : "REDACTED"}`},
		{json, `{"pass\u0077ord":"x\"y\\"}`, `{"pass\u0077ord":"REDACTED"}`},
		{json, `{"token":12.5,"secret":true,"api_key":null,"password":""}`, `{"token":0,"secret":true,"api_key":null,"password":""}`},
		{json, `{"credentials":{"user":"u","n":[1,"x",{"y":"z"}]},"after":"ok"}`, `{"credentials":{"user":"REDACTED","n":[0,"REDACTED",{"y":"REDACTED"}]},"after":"ok"}`},
		{json, `{"token":[],"after":"ok"}`, ""},
		{json, `{"max_tokens":5,"key":"k","code":"US","signature":"s"}`, ""},
		{json, `{"next":"https://h/?page=2&access_token=abc"}`, `{"next":"https://h/?page=2&access_token=REDACTED"}`},
		{json, `{"next":"https:\/\/h\/?a=1\u0026token=abc"}`, `{"next":"https://h/?a=1&token=REDACTED"}`},
		{json, `{"next":"https:\/\/h\/?a=1\u0026b=2"}`, ""},
		{json, `{"args":"{\"password\":\"x\",\"a\":1}"}`, `{"args":"{\"password\":\"REDACTED\",\"a\":1}"}`},
		{json, `{"k":"ghp_abcdefghij0123456789"}`, `{"k":"REDACTED"}`},
		{json, `{"a":"literal-secret"}`, `{"a":"REDACTED"}`},
		{json, `{"a":"x","password":"cut off`, `{"a":"x","password":"REDACTED`},
		{json, `{"password":"two` + "\n" + `lines","a":"b"}`, `{"password":"REDACTED","a":"b"}`},
		{json, ``, ""},
		{json, `]]}"`, ""},
		{"", ` {"password":"x"}`, ` {"password":"REDACTED"}`},
		{"", `password=x`, `password=REDACTED`},
		{"", `a password=x`, ""},
		{"application/vnd.api+json", `{"password":"x"}`, `{"password":"REDACTED"}`},
		{"application/x-ndjson", `{"token":"x"}` + "\n" + `{"token":"y"}`, `{"token":"REDACTED"}` + "\n" + `{"token":"REDACTED"}`},
		{"application/json", `{"value": two words, "name": "token", "n": {"value": ab 12 b1 "c", "key": "token"}, "u": {"value": ab cd, "name": "user"}}`, `{"value": REDACTED, "name": "token", "n": {"value": REDACTED, "key": "token"}, "u": {"value": ab cd, "name": "user"}}`},
		{"application/json", `{"value": two "more" words, "name": "token"}`, `{"value": REDACTED, "name": "token"}`},
		{"application/json", `{"value": "one" "more" 12 word, "name": "token"}`, `{"value": REDACTED, "name": "token"}`},
		{"application/json", `{"value": @two"more"s true, "name": "token"}, {"value": true, "name": "token"}`, `{"value": REDACTED, "name": "token"}, {"value": true, "name": "token"}`},
		{"application/json", `{"value": 12 words, "name": "token"}, {"value": 12, "name": "token"}`, `{"value": REDACTED, "name": "token"}, {"value": 0, "name": "token"}`},
		{"text/event-stream", "data: say \"hi\ndata: {\"token\":\"x\"}\n\n", "data: say \"hi\ndata: {\"token\":\"REDACTED\"}\n\n"},
		{"text/event-stream", "data: {\ndata:  \"token\":\ndata:   \"x\",\ndata: \"a\": 1}\n\n", "data: {\ndata:  \"token\":\ndata:   \"REDACTED\",\ndata: \"a\": 1}\n\n"},
		{"text/event-stream", "data:{\"token\":[\rdata:12,\rid:x\rdata:xy,\rdata:]}\r\rdata: 1\r\r", "data:{\"token\":[\rdata:0,\rid:x\rdata:REDACTED,\rdata:]}\r\rdata: 1\r\r"},
		{"text/html", `<a href="?password=x">"password":"x"</a>`, ""},
		{"text/plain", `basic ` + "dXNlcjpsaXRlcmFsLXNlY3JldA==" + ` literal%2Dsecret literal-secret`, `basic REDACTED literal%2Dsecret REDACTED`},
		{form, "grant_type=authorization_code&code=abc&client_id=me&x=%20+", "grant_type=authorization_code&code=REDACTED&client_id=me&x=%20+"},
		{form, "user=bob&pass=x&password=y&iban=z&code=US", "user=bob&pass=REDACTED&password=REDACTED&iban=REDACTED&code=US"},
		{form + "; charset", "password=y", "password=REDACTED"},
		{
			`multipart/form-data; boundary=b`,
			"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"password\"; filename=\"f\"\r\n\r\ny\r\n--b\r\ncontent-disposition: form-data; name=token\r\n\r\nz",
			"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nREDACTED\r\n--b\r\nContent-Disposition: form-data; name=\"password\"; filename=\"f\"\r\n\r\ny\r\n--b\r\ncontent-disposition: form-data; name=token\r\n\r\nREDACTED",
		},
	} {
		want := test.want
		if want == "" {
			want = test.in
		}
		in := []byte(test.in)
		got := string(r.Body(test.kind, in))
		if got != want {
			t.Errorf("%s %q\ngot  %q\nwant %q", test.kind, test.in, got, want)
		}
		if string(in) != test.in {
			t.Errorf("%q was changed to %q", test.in, in)
		}
		if again := string(r.Body(test.kind, []byte(got))); again != got {
			t.Errorf("not idempotent: %q, then %q", got, again)
		}
	}
}

func TestDeepNestingHidesNoSecret(t *testing.T) {
	const n = 200_000
	in := strings.Repeat(`{"a":[`, n) + `{"password":"x"}`
	got := string((*Redactor)(nil).Body("application/json", []byte(in)))
	if want := strings.Replace(in, `"x"`, `"REDACTED"`, 1); got != want {
		t.Error("deep nesting hid the password")
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"token":"`, `"\u00`, "a=b;c&d", "{\"a\":\"{\\\"b\\\":", "]", "data: \"x\n", "--b\r\n\r\n", `{"u":"http://h?x={"}`} {
		f.Add(s, s)
	}
	for _, s := range hostile() {
		f.Add(s, "")
	}
	r := New(Rules{Literals: []string{"literal/secret+1"}})
	f.Fuzz(func(t *testing.T, a, b string) {
		kinds := []string{"", "application/json", "application/x-www-form-urlencoded", "text/event-stream", "multipart/form-data; boundary=b", "text/plain", "text/html", "text/xml", "application/graphql", "application/yaml"}
		check := func(kind, in string) string {
			t.Helper()
			var got string
			growth.Within(t, len(in), func() { got = string(r.Body(kind, []byte(in))) })
			if again := string(r.Body(kind, []byte(got))); again != got {
				t.Errorf("%s %q: %q, then %q", kind, in, got, again)
			}
			if r.Leaks([]byte(got)) {
				t.Errorf("%s %q leaks as %q", kind, in, got)
			}
			return got
		}
		for _, kind := range kinds {
			check(kind, a)
			if got := check(kind, a+"literal/secret+1"+b); half(got, a+b) {
				t.Errorf("%s: half of a literal survives as %q", kind, got)
			}
		}
		open := strings.Contains(a+b, planted[:4])
		if got := check("application/json", `{"a":"`+jsonEscape(a, 0)+`","password":"`+planted+`","b":`+b); strings.Contains(got, planted) && !open {
			t.Errorf("survives as %q", got)
		}
		form := a + "&password=" + planted + b
		open = open || json.Valid([]byte(form)) // then it is JSON with an odd name
		if got := check("application/x-www-form-urlencoded", form); strings.Contains(got, planted) && !open {
			t.Errorf("survives as %q", got)
		}
	})
}

// A value before its name is masked whole, whatever else was secret in it.
func TestAValueBeforeItsNameIsMaskedWhole(t *testing.T) {
	for body, want := range map[string]string{
		`{"value":"https://h/?token=abc hunter2","name":"password"}`:                               `{"value":"REDACTED","name":"password"}`,
		`{"value":"ghp_0123456789abcdefghijABCDEFGHIJ012345 hunter2","name":"password"}`:           `{"value":"REDACTED","name":"password"}`,
		`[{"value":["hunter2",7],"name":"password"}]`:                                              `[{"value":["REDACTED",0],"name":"password"}]`,
		`{"value":{"a":"hunter2","b":["c"]},"name":"password"}`:                                    `{"value":{"a":"REDACTED","b":["REDACTED"]},"name":"password"}`,
		`{"value":{"value":["hunter2"],"name":"x"},"name":"password"}`:                             `{"value":{"value":["REDACTED"],"name":"REDACTED"},"name":"password"}`,
		`{"value":["hunter2"],"name":"colour"}`:                                                    `{"value":["hunter2"],"name":"colour"}`,
		`{"value":["a"],"name":"colour","x":{"value":["b"],"name":"password"},"value":["hunter"]}`: `{"value":["a"],"name":"colour","x":{"value":["REDACTED"],"name":"password"},"value":["hunter"]}`,
	} {
		for range 2 {
			if got := string(New(Rules{}).Body("application/json", []byte(body))); got != want {
				t.Errorf("%s:\n got %s\nwant %s", body, got, want)
			}
			body = want // what is masked stays so
		}
	}
}

func TestSecretsInOddPlacesOfABody(t *testing.T) {
	many := strings.Repeat(` a="b"`, 20)
	for _, test := range []struct{ contentType, body, want string }{
		{"application/graphql", "{login(password: \"\"\"hunter2\n\\\"\"\" more\"\"\", name: \"\"\"n\"\"\")}", "{login(password: \"\"\"REDACTED\"\"\", name: \"\"\"n\"\"\")}"},
		{"application/xml", "<add" + many + ` password="hunter2"/>`, "<add" + many + ` password="REDACTED"/>`},
		{"text/html", "<!DOCTYPE html><!--><input type=hidden name=password value=hunter2>", "<!DOCTYPE html><!--><input type=hidden name=password value=REDACTED>"},
		{"application/json", `{"ghp_0123456789abcdefghijABCDEFGHIJ012345":1}`, `{"REDACTED":1}`},
		{"multipart/form-data; boundary=b", "--b\nContent-Disposition: form-data; name=password\n\nhunter2\n--b--\n", "--b\nContent-Disposition: form-data; name=password\n\nREDACTED\n--b--\n"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=password\r\n\r\nhunter2\r\n--b--\r\n", "--b\r\nContent-Disposition: form-data; name=password\r\n\r\nREDACTED\r\n--b--\r\n"},
	} {
		if got := string(New(Rules{}).Body(test.contentType, []byte(test.body))); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.contentType, got, test.want)
		}
	}
}

// A JSON string that is not examined closely has nothing to mask.
func TestAPlainStringHasNothingToMask(t *testing.T) {
	parts := []string{
		"a", "word ", "Basic ", "Bearer ", "abcdefghij0123456789", "ghp_", "sk-", "sk-live=", "abcdefgh1234", "eyJ", ".", "://", "http://h/", "?token=abc", "&", "password=", "=", "@",
		`\\`, `\"`, `\u0026`, "{", "[", `{\"token\":\"abc\"}`, "<password>", "<", " ", "\t", "é", "1", "-", "_",
	}
	r := rand.New(rand.NewPCG(7, 8))
	n := 0
	for range 200_000 {
		s := ""
		for range 1 + r.IntN(8) {
			s += parts[r.IntN(len(parts))]
		}
		if !plainString([]byte(s)) {
			continue
		}
		n++
		if got := (nest{}).jsonString(s); got != s {
			t.Fatalf("%q is taken for plain, and masked it is %q", s, got)
		}
	}
	if n < 2_000 {
		t.Errorf("only %d strings were plain", n)
	}
}

// A value without quotes is not JSON, and is masked nevertheless. A word with digits in it is not a
// number.
func TestAValueWithoutQuotesIsMasked(t *testing.T) {
	r := New(Rules{Literals: []string{"s3cret/word+1"}})
	for body, want := range map[string]string{
		`{"password": hunter2, "n": 7}`:              `{"password": REDACTED, "n": 7}`,
		`{"password":https://h:1/x}`:                 `{"password":REDACTED}`,
		`{"password": true, "token": null}`:          `{"password": true, "token": null}`,
		`{"password": 1234, "token": -1.5e3}`:        `{"password": 0, "token": 0}`,
		`{"name":"password", s3cret/word+1`:          `{"name":"password", REDACTED`,
		`{"name":"password","value":"x" v4lue-2 "y"`: `{"name":"password","value":"REDACTED" v4lue-2 "y"`,
		`{"count": 5x7}`:                             `{"count": 5x7}`,
		`{"password": /* mine */ "hunter2"}`:         `{"password": REDACTED REDACTED REDACTED "REDACTED"}`,
		`{"token": ObjectId("5f1d7f3e9a")}`:          `{"token": REDACTED"REDACTED")}`,
		`{"password": correct horse, "n": x}`:        `{"password": REDACTED REDACTED, "n": x}`,
		`{"cookie": /* x */ "sid=hunter2; a=b"}`:     `{"cookie": /* x */ "REDACTED"}`,
		`{"password": {"a": hunter2}, "b": x}`:       `{"password": {"a": REDACTED}, "b": x}`,
		`{"password": [hunter2, true, 1], "b": yy}`:  `{"password": [REDACTED, true, 0], "b": yy}`,
		`{"name":"password","value":hunter2}`:        `{"name":"password","value":REDACTED}`,
		`{"value":hunter2,"name":"password"}`:        `{"value":REDACTED,"name":"password"}`,
	} {
		if got := string(r.Body("application/json", []byte(body))); got != want {
			t.Errorf("%s\n%s, want\n%s", body, got, want)
		}
	}
}

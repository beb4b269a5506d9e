package redact

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// types returns the media types under which servers were seen to send JSON and forms.
func types() []string {
	return []string{
		"", "text/plain; charset=utf-8", "text/html", "text/javascript", "application/octet-stream", "application/graphql",
		"application/json", "application/x-www-form-urlencoded",
	}
}

const (
	plantedJWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
	plantedKey = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
	plantedAWS = "AKIA" + "IOSFODNN7EXAMPLE"
)

// places returns bodies that contain a secret, with the secret.
func places() map[string][2]string {
	const s = planted
	quoted := jsonEscape(`{"password":"`+s+`","a":1}`, 0)
	return map[string][2]string{
		"JSON":                     {`{"password":"` + s + `","a":1}`, s},
		"JSON, cut off":            {`{"a":[1,{"access_token":"` + s, s},
		"nested JSON":              {`{"a":[{"b":{"client_secret":"` + s + `"}}]}`, s},
		"JSON below a name":        {`{"credentials":{"user":{"x":["` + s + `"]}}}`, s},
		"JSON in a JSON string":    {`{"args":"` + quoted + `"}`, s},
		"form in a JSON string":    {`{"body":"grant_type=x&client_secret=` + s + `"}`, s},
		"XML in a JSON string":     {`{"body":"<a><Password>` + s + `</Password></a>"}`, s},
		"URL in a JSON string":     {`{"next":"https://h/?page=2&access_token=` + s + `"}`, s},
		"guarded JSON":             {")]}',\n" + `{"id_token":"` + s + `"}`, s},
		"JSON in a call":           {`cb({"token":"` + s + `"});`, s},
		"JSON lines":               {`{"a":1}` + "\n" + `{"token":"` + s + `"}`, s},
		"event stream":             {"event: a\ndata: {\"token\":\"" + s + "\"}\n\n", s},
		"token in an event":        {"data: it is " + plantedJWT + ", ok\n\n", plantedJWT},
		"form":                     {"access_token=" + s + "&token_type=bearer", s},
		"form of one":              {"password=" + s, s},
		"token in a sentence":      {"your token is " + plantedJWT + ".", plantedJWT},
		"token in a JSON sentence": {`{"message":"use ` + plantedJWT + ` within an hour"}`, plantedJWT},
		"key in a sentence":        {"Incorrect API key: " + plantedKey + ", see the docs", plantedKey},
		"key id in a sentence":     {"the key (" + plantedAWS + ") is disabled", plantedAWS},
		"element":                  {"<R><SecretAccessKey>" + s + "</SecretAccessKey><b>1</b></R>", s},
		"element with a prefix":    {`<?xml version="1.0"?><w:R xmlns:w="u"><w:Password Type="x>y">` + "\n" + s + "\n</w:Password></w:R>", s},
		"CDATA":                    {"<r><token><![CDATA[" + s + "]]></token></r>", s},
		"attribute":                {`<r><user password='` + s + `'/></r>`, s},
		"tag with name and value":  {`<c><add key="DbPassword" value="` + s + `"/></c>`, s},
		"name and value":           {`[{"name":"password","value":"` + s + `"}]`, s},
		"value before its name":    {`{"value":"` + s + `","x":{"y":[1]},"Key":"api_key"}`, s},
		"header list":              {`{"headers":[{"name":"Accept","value":"*/*"},{"name":"Authorization","value":"` + s + `"}]}`, s},
		"cookie":                   {`{"set-cookie":["sid=` + s + `; Path=/"]}`, s},
		"auth":                     {`{"auth":{"basic":"` + s + `"}}`, s},
		"GraphQL in JSON":          {`{"query":"mutation { login(user: \"me\", password: \"` + s + `\") { id } }","variables":{}}`, s},
		"auth in base64":           {`{"auths":{"h":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("me:"+s)) + `"}}}`, base64.StdEncoding.EncodeToString([]byte("me:" + s))},
		"user in a URL":            {"clone https://me:" + s + "@h.example/r.git now", s},
		"parameter in a URL":       {`<a href="https://h.example/p?a=1&api_key=` + s + `">`, s},
		"hidden input":             {`<!DOCTYPE html><form><input type=hidden name=csrf value=` + s + `></form>`, s},
		"meta tag":                 {`<!doctype html><meta content="` + s + `" name="csrf-token">`, s},
		"literal":                  {"it is literal/secret+1 there", "literal/secret+1"},
		"literal in base64":        {"x " + base64.StdEncoding.EncodeToString([]byte("me:literal/secret+1")), base64.StdEncoding.EncodeToString([]byte("me:literal/secret+1"))},
		"literal in escapes":       {`{"a":"literal\/secret+1","b":"` + url.QueryEscape("literal/secret+1") + `"}`, `secret`},
	}
}

func TestNoPlantedSecretSurvivesUnderAnyMediaType(t *testing.T) {
	r := New(Rules{Literals: []string{"literal/secret+1"}})
	for _, kind := range types() {
		for name, place := range places() {
			got := string(r.Body(kind, []byte(place[0])))
			if strings.Contains(got, place[1]) {
				t.Errorf("%s as %q survives: %s", name, kind, got)
			}
			if !strings.Contains(got, Mask) {
				t.Errorf("%s as %q has no mask: %s", name, kind, got)
			}
			if again := string(r.Body(kind, []byte(got))); again != got {
				t.Errorf("%s as %q: %s, then %s", name, kind, got, again)
			}
		}
	}
}

func TestOtherPlacesHideNoSecretEither(t *testing.T) {
	for kind, body := range map[string]string{
		"application/graphql":           `mutation { login(user: "me", password : "` + planted + `") { id } }`,
		"multipart/form-data; boundary": `password=` + planted,
		"multipart/mixed; boundary=b":   `{"password":"` + planted + `"}`,
		"application/soap+xml":          `<s:Envelope><Password>` + planted + `</Password></s:Envelope>`,
		"application/hal+json":          `{"password":"` + planted + `"}`,
		"application/json-rpc":          `{"password":"` + planted + `"}`,
		"text/xml":                      `<a><credentials><user><b>` + planted + `</b></user></credentials></a>`,
		"text/html":                     `<html><input value="` + planted + `" type="password" name="x_secret">`,
	} {
		if got := string((*Redactor)(nil).Body(kind, []byte(body))); strings.Contains(got, planted) {
			t.Errorf("%q survives: %s", kind, got)
		}
	}
}

func TestMarkupAndPairsKeepWhatIsNotSecret(t *testing.T) {
	for _, test := range []struct{ kind, in, want string }{
		{"application/xml", `<a><Token>  12 </Token><Token/><token a="b"></token><b>x</b></a>`, `<a><Token>  0 </Token><Token/><token a="b"></token><b>x</b></a>`},
		{"application/xml", `<a><!-- <Password>x</Password> --><b>y</b></a>`, ""},
		{"application/xml", `<a><Secret><b>x</b><c/>y</Secret><d>z</d></a>`, `<a><Secret><b>REDACTED</b><c/>REDACTED</Secret><d>z</d></a>`},
		{"application/xml", `<add key="Color" value="red"/><add key="Token" value="x"/>`, `<add key="Color" value="red"/><add key="Token" value="REDACTED"/>`},
		{"text/html", `<div><forgot-password>Forgot?</forgot-password><b password="x">y</b></div>`, ""},
		{"text/html", `<div><input type=submit name=reset_password value="Reset"><button name=token value=x></div>`, ""},
		{"text/html", `<html><script>if (a<token>b) x("<input type=hidden name=token value=x>")</script>`, ""},
		{"text/html", `<!doctype html><meta name="csrf-param" content="authenticity_token">`, ""},
		{"application/json", `{"name":"Reset password","value":"x"}`, ""},
		{"application/json", `{"name":"a","value":"b","key":"c","values":["d"]}`, ""},
		{"application/json", `{"name":"token","value":12,"x":"y"}`, `{"name":"token","value":0,"x":"y"}`},
		{"application/json", `{"value":12.5,"name":"token"}`, `{"value":0,"name":"token"}`},
		{"application/json", `{"name":"token","values":["x",{"y":"z"}],"a":"b"}`, `{"name":"token","values":["REDACTED",{"y":"REDACTED"}],"a":"b"}`},
		{"application/json", `[{"value":"x"},{"name":"token"}]`, ""},
		{"application/json", `{"a":{"value":"x"},"name":"token"}`, ""},
		{"application/json", `{"cookie":"chocolate","auth":"required","basic":"plan"}`, ""},
		{"application/json", `{"query":"{ a(b: \"x\", c: \"password: \") }","x":{"query":"say(\"a\") password"}}`, ""},
		{"application/json", `{"auth":{"type":"basic","basic":true}}`, ""},
		{"application/graphql", `{ a(b: "x", token: $t) { token } }`, ""},
		{"text/javascript", `SG.prototype.getElementsByClassName();var hf_hub_offline_mode_is_on,eyJ=a.b.c;fetch("https://h/?token="+t)`, ""},
		{"text/plain", "see https://h/205e460b479e2e5b48aec07710c08d50/?x=1 and https://unpkg.com/react@17/", ""},
		{"image/png", "\x89PNG\r\n\x00{\"password\":\"x\"}", ""},
		{"image/png", `{"password":"x"}`, `{"password":"REDACTED"}`},
	} {
		want := test.want
		if want == "" {
			want = test.in
		}
		if got := string((*Redactor)(nil).Body(test.kind, []byte(test.in))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", test.kind, got, want)
		}
	}
	keep := New(Rules{Keep: []string{"csrf", "set-cookie", "token"}})
	for _, in := range []string{`{"set-cookie":"a=b","name":"token","value":"x"}`, `<html><input type=hidden name=csrf value=x>`, `<a><token>x</token></a>`} {
		if got := string(keep.Body("", []byte(in))); got != in {
			t.Errorf("Keep: %s became %s", in, got)
		}
	}
}

// No real text nests so deeply that the halves of a pair are further apart than the open brackets
// that are kept.
func TestAPairIsFoundBelowManyBrackets(t *testing.T) {
	for _, depth := range []int{0, 1, 31, 32, 33, 100_000} {
		in := strings.Repeat("[", depth) + `{"name":"password","x":[[]],"value":"` + planted + `"},` + fmt.Sprintf(`{"value":"%s","name":"password"}`, planted)
		if got := string((*Redactor)(nil).Body("", []byte(in+strings.Repeat("]", depth)))); strings.Contains(got, planted) {
			t.Errorf("below %d brackets it survives", depth)
		}
	}
}

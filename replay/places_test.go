package replay_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

// bodyPlaces returns bodies with a secret, either a named one or a JSON Web Token.
func bodyPlaces() map[string]string {
	basic := base64.StdEncoding.EncodeToString([]byte("me:" + literal))
	return map[string]string{
		"JSON":                  `{"password":"` + named + `","visible":1}`,
		"nested JSON":           `{"a":[{"b":{"client_secret":"` + named + `"}}]}`,
		"JSON below a name":     `{"credentials":{"user":["` + named + `"]}}`,
		"JSON in a JSON string": `{"args":"{\"api_key\":\"` + named + `\"}"}`,
		"form in a JSON string": `{"body":"a=b&client_secret=` + named + `"}`,
		"URL in JSON":           `{"next":"https://h/?token=` + named + `"}`,
		"user of a URL in JSON": `{"clone":"https://me:` + named + `@h/"}`,
		"JWT in a sentence":     `{"hint":"use ` + jwt + ` soon"}`,
		"JWT in text":           "use " + jwt + " soon",
		"key in text":           "the key " + token + " is revoked",
		"form":                  "access_token=" + named + "&token_type=bearer",
		"form of one":           "token=" + named,
		"XML element":           "<R><SecretAccessKey>" + named + "</SecretAccessKey></R>",
		"XML with a prefix":     `<a:R xmlns:a="u"><a:Password a:type="x">` + named + "</a:Password></a:R>",
		"XML attribute":         `<R><c password="` + named + `"/></R>`,
		"name and value":        `[{"name":"password","value":"` + named + `"}]`,
		"value and name":        `[{"value":"` + named + `","key":"Authorization"}]`,
		"JSON cookie":           `{"Set-Cookie":"id=` + named + `; Path=/"}`,
		"JSON auth":             `{"auth":{"basic":"` + named + `"}}`,
		"JSON lines":            "{\"a\":1}\n{\"token\":\"" + named + "\"}\n",
		"event stream":          "data: {\"token\":\"" + named + "\"}\n\n",
		"hidden input":          "<!DOCTYPE html><input type=hidden name=csrf value=" + named + ">",
		"literal":               "about " + literal,
		"base64 of a literal":   "Basic " + basic,
		"text of an URL":        "see https://h/?a=1&api_key=" + named + " now",
		"guarded JSON":          ")]}'\n{\"token\":\"" + named + "\"}",
	}
}

// mediaTypes returns what a server may call a body, rightly or wrongly.
func mediaTypes() []string {
	return []string{
		"", "text/plain", "text/plain; charset=utf-8", "text/html", "text/javascript", "text/csv", "text/xml", "text/event-stream",
		"application/octet-stream", "application/graphql", "application/json", "application/problem+json", "application/x-ndjson",
		"application/xml", "application/soap+xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
		"multipart/mixed", "image/svg+xml", "image/png", "json", "a type; that cannot=\"be read",
	}
}

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

func TestNoSecretReachesATapeOrALogUnderAnyMediaType(t *testing.T) {
	kinds := mediaTypes()
	if n := len(bodyPlaces()); n != 26 {
		t.Fatalf("%d places", n)
	}
	for _, store := range stores() {
		t.Run(store, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), store)
			tape := open(t, path, replay.Options{Redact: redact.Rules{Literals: []string{literal}}, MaxRequest: 1 << 20})
			var log bytes.Buffer
			on := logging.At(slog.LevelInfo)
			lines := logging.New(logging.Config{
				Logger: slog.New(slog.NewJSONHandler(&log, nil)), Request: on, Response: on, Recorded: on,
				Redact: redact.New(redact.Rules{Literals: []string{literal}}),
			})
			n := 0
			for _, kind := range kinds {
				for name, body := range bodyPlaces() {
					n++
					base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
						resp := respond(req, 500, body)
						if resp.Header.Del("Content-Type"); kind != "" {
							resp.Header.Set("Content-Type", kind)
						}
						resp.Header.Set("Set-Cookie", "id="+named)
						resp.Header.Set("Location", "https://me:"+named+"@h/next?token="+named+"#access_token="+named)
						return resp, nil
					}}
					req := request(t, "POST", api+"/visible/"+strings.ReplaceAll(name, " ", "-")+"?kind="+strings.ReplaceAll(kind, "/", "-")+"&api_key="+named+"&jwt="+jwt, body)
					req.Header.Set("Content-Type", kind)
					req.Header.Set("Authorization", "Bearer "+named)
					req.Header.Set("Cookie", "id="+named)
					resp, err := lines.Wrap(tape.Wrap(base)).RoundTrip(req)
					if err != nil {
						t.Fatal(err)
					}
					if live, _ := io.ReadAll(resp.Body); string(live) != body {
						t.Errorf("the caller's own response was masked: %s", live)
					}
					resp.Body.Close()
				}
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != int64(n) || s.Withheld != 0 {
				t.Errorf("%+v of %d", s, n)
			}
			for what, b := range map[string][]byte{"tape": raw(t, path), "log": log.Bytes()} {
				for _, secret := range append(planted(), jwt) {
					if i := bytes.Index(b, []byte(secret)); i >= 0 {
						t.Errorf("%s: %q in %q", what, secret, b[max(i-200, 0):min(i+80, len(b))])
					}
				}
				if !bytes.Contains(b, []byte("visible")) { // the control: the search works
					t.Errorf("%s: nothing is there", what)
				}
			}
		})
	}
}

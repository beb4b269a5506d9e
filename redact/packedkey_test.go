package redact_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// A file in base64 is a value like any other, and may be a private key: Kubernetes has such files
// in its secrets, kubectl in its configuration, and GitHub in the content of a file.
func TestPrivateKeysInBase64AreMasked(t *testing.T) {
	const cert = "-----BEGIN CERTIFICATE-----\n" + keyText + "\n-----END CERTIFICATE-----\n"
	const key = "-----BEGIN RSA PRIVATE KEY-----\n" + keyText + "\n" + keyText + "\n-----END RSA PRIVATE KEY-----\n"
	pack := base64.StdEncoding.EncodeToString
	wrap := func(s, newline string, width int) string {
		var b strings.Builder
		for len(s) > width {
			b.WriteString(s[:width] + newline)
			s = s[width:]
		}
		return b.String() + s
	}
	one, chain := pack([]byte(key)), pack([]byte(cert+key))
	r := redact.New(redact.Rules{})
	for name, c := range map[string]struct{ kind, body, want string }{
		"secret of Kubernetes":  {"application/json", `{"data":{"tls.key":"` + one + `","n":"YWRtaW4="}}`, `{"data":{"tls.key":"REDACTED","n":"YWRtaW4="}}`},
		"escaped slashes":       {"application/json", `{"k":"` + strings.ReplaceAll(one, "/", `\/`) + `","n":1}`, `{"k":"REDACTED","n":1}`},
		"behind a certificate":  {"application/json", `{"k":"` + chain + `","n":1}`, `{"k":"REDACTED","n":1}`},
		"configuration":         {"application/yaml", "client-key-data: " + one + "\nname: a\n", "client-key-data: REDACTED\nname: a\n"},
		"content of GitHub":     {"application/json", `{"content":"` + wrap(one, `\n`, 60) + `\n","encoding":"base64"}`, `{"content":"REDACTED\n","encoding":"base64"}`},
		"lines":                 {"text/plain", "a\n" + wrap(one, "\r\n", 76) + "\r\nb\n", "a\nREDACTED\r\nb\n"},
		"indented lines":        {"application/yaml", "a: !!binary |\n    " + wrap(one, "\n    ", 60) + "\nb: c\n", "a: !!binary |\n    REDACTED\nb: c\n"},
		"tabs":                  {"text/plain", "a\n\t" + wrap(one, "\r\n\t", 76) + "\r\nb\n", "a\n\tREDACTED\r\nb\n"},
		"carriage returns":      {"text/plain", wrap(one, "\r", 60) + "\rb\r", "REDACTED\rb\r"},
		"short lines":           {"text/plain", wrap(one, "\n", 40) + "\nb\n", "REDACTED\nb\n"},
		"long lines":            {"text/plain", wrap(one, "\n  ", 100) + "\nb\n", "REDACTED\nb\n"},
		"a line of its own":     {"text/plain", one + "\n  name: a\n", "REDACTED\n  name: a\n"},
		"form":                  {"application/x-www-form-urlencoded", "k=" + url.QueryEscape(chain) + "&n=1", "k=REDACTED&n=1"},
		"base64 for URLs":       {"text/plain", "k " + base64.URLEncoding.EncodeToString([]byte(cert+key)) + " n", "k REDACTED n"},
		"behind a line end":     {"application/json", `{"k":"` + pack([]byte("\n"+key)) + `","n":1}`, `{"k":"Ci0tREDACTED","n":1}`},
		"behind two":            {"application/json", `{"k":"` + pack([]byte("\r\n"+key)) + `","n":1}`, `{"k":"DQotREDACTED","n":1}`},
		"behind another file":   {"text/plain", wrap(pack([]byte(cert+strings.Repeat("\n", 113-len(cert)%57))), "\n", 76) + "\n" + wrap(one, "\n", 76) + "\nb\n", wrap(pack([]byte(cert+strings.Repeat("\n", 113-len(cert)%57))), "\n", 76) + "\nREDACTED\nb\n"},
		"cut off":               {"text/plain", "k " + one[:len(one)/2], "k REDACTED"},
		"a certificate alone":   {"application/json", `{"tls.crt":"` + pack([]byte(cert)) + `"}`, `{"tls.crt":"` + pack([]byte(cert)) + `"}`},
		"a public key":          {"text/plain", pack([]byte("-----BEGIN PUBLIC KEY-----\n" + keyText)), pack([]byte("-----BEGIN PUBLIC KEY-----\n" + keyText))},
		"what speaks of keys":   {"text/plain", pack([]byte("-----BEGIN PRIVATE KEY----- is how a key begins")), pack([]byte("-----BEGIN PRIVATE KEY----- is how a key begins"))},
		"nothing but the start": {"text/plain", "LS0tLS1CRUdJTiB", "LS0tLS1CRUdJTiB"},
	} {
		got := string(r.Body(c.kind, []byte(c.body)))
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if again := string(r.Body(c.kind, []byte(got))); again != got {
			t.Errorf("%s: masked again %q", name, again)
		}
	}
	for what, got := range map[string]string{
		"text":   redact.Text("it says " + one),
		"URL":    r.Location("https://a.test/?file=" + url.QueryEscape(one)),
		"header": r.Headers(map[string][]string{"X-File": {one}}).Get("X-File"),
	} {
		if strings.Contains(got, "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk") {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// A key needs at least sixteen characters.
func TestTheShortestKeyInBase64IsMaskedInAURL(t *testing.T) {
	pem := []byte("-----BEGIN PRIVATE KEY-----" + strings.Repeat("A", 16))
	for _, packed := range []string{base64.StdEncoding.EncodeToString(pem), base64.RawURLEncoding.EncodeToString(pem)} {
		for _, s := range []string{packed, "/" + packed, "?q=" + packed} {
			if got := (*redact.Redactor)(nil).Location(s); strings.Contains(got, packed) {
				t.Errorf("%s stays", got)
			}
			if got := redact.Text(s); strings.Contains(got, packed) {
				t.Errorf("%s stays in a text", got)
			}
		}
	}
}

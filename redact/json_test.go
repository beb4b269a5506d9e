package redact_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// A program may escape characters that need no escape: PHP writes \/ and Gson \u003d. What is masked
// is the same as without.
func TestEscapesHideNoSecret(t *testing.T) {
	letters := func(s string) string {
		var b strings.Builder
		for _, c := range s {
			fmt.Fprintf(&b, `\u%04x`, c)
		}
		return b.String()
	}
	programs := map[string]func(string) string{
		"PHP": func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
		"Gson": func(s string) string {
			return strings.NewReplacer("=", `\u003d`, "&", `\u0026`, "'", `\u0027`).Replace(s)
		},
		"every character": letters,
		"every other character": func(s string) string {
			var b strings.Builder
			for i, c := range s {
				if i%2 == 0 {
					b.WriteRune(c)
				} else {
					b.WriteString(letters(string(c)))
				}
			}
			return b.String()
		},
		"behind the 14th": func(s string) string { return s[:min(len(s), 14)] + letters(s[min(len(s), 14):]) },
	}
	const planted = "PLANTED"
	for _, text := range []string{
		`{"cookie":"sid=PLANTED"}`,
		`{"auth":"dXNlcjo/Pz8+Pg=="}`, // user:???>>
		`{"sk_live_abcdefghij1234PLANTED":1}`,
		`{"a":"sk_live_abcdefghij1234PLANTED"}`,
		`{"a":"Basic dXNlcjpPTEFOVEVE"}`, // user:PLANTED
		`{"Basic dXNlcjpPTEFOVEVE":1}`,
		`{"a":"Basic dXNlcjo/Pz8+Pg=="}`,
		`{"a":"curl -H 'Authorization: Basic dXNlcjo/Pz8+Pg==' https://api.test/"}`,
		`{"a":"https://api.test/?token=PLANTED&page=1"}`,
		`{"a":"{'b':'Basic dXNlcjo/Pz8+Pg=='}"}`,
	} {
		var r *redact.Redactor
		read := func(b []byte) (v any) {
			t.Helper()
			if err := json.Unmarshal(b, &v); err != nil {
				t.Errorf("%s: %v", b, err)
			}
			return v
		}
		masked := r.Body("application/json", []byte(text))
		if string(masked) == text || strings.Contains(string(masked), planted) {
			t.Errorf("%s: without escapes %s", text, masked)
		}
		for name, escape := range programs {
			parts := strings.Split(text, `"`)
			for i := 1; i < len(parts); i += 2 {
				parts[i] = escape(parts[i])
			}
			escaped := strings.Join(parts, `"`)
			if got := r.Body("application/json", []byte(escaped)); !reflect.DeepEqual(read(got), read(masked)) {
				t.Errorf("%s: %s:\n got %s\nwant %s", name, escaped, got, masked)
			}
		}
	}
}

// JSON within JSON has the escapes of both.
func TestEscapesInJSONWithinJSONHideNoSecret(t *testing.T) {
	var r *redact.Redactor
	for _, inner := range []string{`{"a":"Basic dXNlcjo\/Pz8+Pg=="}`, `{"a":"Basic dXNlcjo/Pz8+Pg\u003d\u003d"}`, `{"cookie":"sid\u003dPz8+Pg"}`} {
		outer, err := json.Marshal(map[string]string{"a": inner})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.Body("application/json", outer)); strings.Contains(got, "Pz8") || !strings.Contains(got, redact.Mask) {
			t.Errorf("%s: %s", outer, got)
		}
	}
}

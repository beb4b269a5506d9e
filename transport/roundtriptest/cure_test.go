package roundtriptest

import (
	"net/http"
	"strings"
	"testing"
)

// A breach that an exception would allow names the exception, and no longer occurs with it.
func TestABreachNamesTheExceptionThatWouldAllowIt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		wrap   func(http.RoundTripper) http.RoundTripper
		caught string // the case that notices
		want   Allowance
	}{
		{"adds a header", addsHeader, "request-arrives-whole", Edits},
		{"retries", retries(nil), "request-sent-once", Retries},
		{"limits time", limitsTime, "response-body-late", TimesOut},
		{"remembers", remembers, "response-unread", Buffers},
		{"rejects", rejects, "request-method-empty", NeverCallsNext},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range cases() {
				if c.name != tt.caught {
					continue
				}
				p := &probe{wrap: tt.wrap}
				text := strings.Join(c.execute(t, p), "\n") + p.caseCure(c)
				if want := "declare roundtriptest." + tt.want.String(); !strings.Contains(text, want) {
					t.Errorf("%q does not say %q", text, want)
				}
				if (exceptions{allow: tt.want}).contradicts(c) == "" {
					if found := c.execute(t, &probe{wrap: tt.wrap, allow: tt.want}); len(found) > 0 {
						t.Errorf("with the exception: %q", found)
					}
				}
			}
		})
	}
}

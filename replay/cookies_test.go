package replay

import (
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/canonical"
)

func TestCookiesThatCount(t *testing.T) {
	got := cookies("_ga=GA1.2; sid=abc; csrftoken=x;XSRF-TOKEN=y; AWSALB=z; __cf_bm=q; lang=de; CookieConsent=1; old=REDACTED; REDACTED")
	if want := []canonical.Pair{{Name: "sid", Value: "abc"}, {Name: "lang", Value: "de"}}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A cookie whose name only begins like that of a visit counter may be a session, so it counts.
func TestACookieThatMayBeASessionCounts(t *testing.T) {
	for _, name := range []string{
		"CF_Authorization", "_gallery_session", "_gateway_session", "cf_session", "__cfauth", "_hjelp_session",
		"consent_session", "csrf_session_id", "sid", "_session_id", "__utm_session", "awsalb_auth", "_ga_", "bigipserver",
	} {
		if got := cookies(name + "=alice"); len(got) != 1 {
			t.Errorf("%s does not count", name)
		}
	}
	for _, name := range []string{"_ga_ABC123", "_gat_UA-1", "_hjSession_12", "__utmz", "BIGipServerpool", "visid_incap_1", "incap_ses_1_2", "AWSALBCORS", "_cfuvid"} {
		if got := cookies(name + "=x"); len(got) != 0 {
			t.Errorf("%s counts: %q", name, got)
		}
	}
}

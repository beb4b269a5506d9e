package replay

import (
	"slices"
	"testing"
)

func TestCookiesThatCount(t *testing.T) {
	got := cookies("_ga=GA1.2; sid=abc; csrftoken=x;XSRF-TOKEN=y; AWSALB=z; __cf_bm=q; lang=de; CookieConsent=1; old=REDACTED; REDACTED")
	if want := []string{"Cookie: sid=abc", "Cookie: lang=de"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

package visits_test

import (
	"testing"

	"github.com/gracy-go/gracy/internal/visits"
)

func TestCookie(t *testing.T) {
	for name, want := range map[string]bool{
		"_ga": true, "__CF_BM": true, "AWSALB": true, "_ga_ABC123": true, "__utmz": true, "XSRF-TOKEN": true,
		"": false, "sid": false, "_ga_": false, "_gallery_session": false, "__utm": false, "__utm_session": false, "lang": false,
	} {
		if got := visits.Cookie(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

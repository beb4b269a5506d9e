package route

import (
	"strings"
	"testing"
)

func TestASegmentIsShownOnlyIfItIsAName(t *testing.T) {
	for _, c := range []struct{ in, prev, want string }{
		// names
		{"users", "", "users"},
		{"pikachu", "", "pikachu"},
		{"crabominable", "", "crabominable"},
		{"fletchinder", "", "fletchinder"},
		{"iron-valiant", "", "iron-valiant"},
		{"porygon-z", "", "porygon-z"},
		{"zygarde-50", "", "zygarde-50"},
		{"type-null", "", "type-null"},
		{"v1", "", "v1"},
		{"v1alpha1", "", "v1alpha1"},
		{"v2beta3", "", "v2beta3"},
		{"oauth2", "", "oauth2"},
		{"base64url", "", "base64url"},
		{"i18n", "", "i18n"},
		{"k8s", "", "k8s"},
		{"us-east-1", "", "us-east-1"},
		{"$metadata", "", "$metadata"},
		{"@angular", "", "@angular"},
		{"pull_requests", "", "pull_requests"},
		{"ListApplicationDependencies", "", "ListApplicationDependencies"},
		{"getMe", "", "getMe"},
		{"internationalization", "", "internationalization"},
		{"café", "", "café"},
		{"my file", "", "my%20file"},
		{"robots.txt", "", "robots.txt"},
		{"how-to-bake-a-cake-at-home", "", "how-to-bake-a-cake-at-home"},
		{"revoke", "token", "revoke"},
		{"users:batchGet", "", "users:batchGet"},
		{"a\x00b", "", "{x}"},
		{"a\u202eb", "", "{x}"},
		{"_doc", "", "_doc"},
		{"~user", "", "~user"},
		{"X-API-KEY", "", "X-API-KEY"},
		// numbers, dates, hashes
		{"1", "", "{id}"},
		{"0451450523", "", "{id}"},
		{"-12.5,44.1", "", "{id}"},
		{"10.0.0.1", "", "{id}"},
		{"1.2.3", "", "{id}"},
		{"2024-02-29", "", "{date}"},
		{"2024-02", "", "{date}"},
		{"2024-02-29T10:00:00Z", "", "{date}"},
		{"1234-5678", "", "{id}"},
		{"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "", "{uuid}"},
		{"6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "", "{uuid}"},
		{"da39a3ee5e6b4b0d3255bfef95601890afd80709", "", "{hash}"},
		{"0123456789abcdef", "", "{hash}"},
		{"a1b2c3d", "", "{id}"},
		{"123.json", "", "{id}.json"},
		{"da39a3ee5e6b4b0d.png", "", "{hash}.png"},
		{"42:run", "", "{id}:run"},
		// identifiers and secrets
		{"cus_NffrFeUfNV2Hib", "", "{id}"},
		{"pi_3MtwBwLkdIwHu7ix28a3tqPa", "", "{id}"},
		{"sk_live_51HxNffrFeUfNV2Hib", "", "{token}"},
		{"ghp_16C7e42F292c6912E7710c838347Ae178B4a", "", "{token}"},
		{"T024BE7LD", "services", "{id}"},
		{"XXXXXXXXXXXXXXXXXXXXXXXX", "", "{token}"},
		{"bot123:ABC", "", "{token}"},
		{"bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "", "{token}"},
		{"123:ABC", "", "{token}"},
		{"dQw4w9WgXcQ", "", "{id}"},
		{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r", "", "{token}"},
		{"a@b.co", "", "{email}"},
		{"Ab3xK9", "token", "{token}"},
		{"hunter2", "password", "{token}"},
		{"AKIAIOSFODNN7EXAMPLE", "", "{token}"},
		{"XQ7K-P2ZM-9QWE", "", "{id}"},
		{"users;jsessionid=1A530637289A03B07199A44E8D531427", "", "users"},
		{"dt=2024-01-01", "", "dt={x}"},
		{"Orders(5)", "", "Orders({x})"},
		{"Users('abc')", "", "Users({x})"},
		{"https://x/y?k=v", "", "{x}"},
		{"arn:aws:s3:::b", "", "{x}"},
		{"a,b", "", "{x}"},
		{"\xff\xfe", "", "{x}"},
		{"100%", "", "{x}"},
		{"{id}", "", "{x}"},
		{"123-fix-login", "", "{slug}"},
		{"fix-login-12345", "", "{slug}"},
		{"user12345", "", "{slug}"},
		{strings.Repeat("ab:", 100_000), "", "{x}"},
		{strings.Repeat("a;", 100_000), "", "{x}"},
		{"the-quick-brown-fox-jumps-over-the-lazy-dog", "", "{x}"},
	} {
		if got := classify(c.in, c.prev, nil).key(); got != c.want {
			t.Errorf("classify(%q after %q) = %s, want %s", c.in, c.prev, got, c.want)
		}
	}
}

func TestASegmentThatSecretReportsIsAToken(t *testing.T) {
	secret := func(s string) bool { return s == "opensesame" }
	if got := classify("opensesame", "", secret).key(); got != "{token}" {
		t.Errorf("got %s", got)
	}
	if got := classify("opensesame.json", "", secret).key(); got != "{token}.json" {
		t.Errorf("got %s", got)
	}
	if got := classify("opensesame", "", nil).key(); got != "opensesame" {
		t.Errorf("control run: got %s", got)
	}
}

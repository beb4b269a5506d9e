package redact

import (
	"strings"
	"testing"
)

func TestTheNamesOfTheListAreSecretInTheirKind(t *testing.T) {
	var r *Redactor
	for _, test := range []struct {
		name                 string
		header, query, field bool
	}{
		{"Authorization", true, true, true},
		{"authorization", true, true, true},
		{"Proxy-Authorization", true, true, true},
		{"Cookie", true, false, false},
		{"Set-Cookie", true, false, false},
		{"X-Api-Key", true, true, true},
		{"x_api_key", true, true, true},
		{"Api-Key", true, true, true},
		{"apikey", true, true, true},
		{"X-Auth-Token", true, true, true},
		{"X-Amz-Security-Token", true, true, true},
		{"X-Amz-Date", false, true, false},
		{"X-Amz-Algorithm", false, true, false},
		{"X-Goog-Api-Key", true, true, true},
		{"X-Goog-Signature", true, true, false},
		{"X-Goog-User-Project", false, true, false},
		{"Private-Token", true, true, true},
		{"X-Vault-Token", true, true, true},
		{"X-Shopify-Access-Token", true, true, true},
		{"X-Hub-Signature-256", true, false, false},
		{"Ocp-Apim-Subscription-Key", true, true, true},
		{"X-Registry-Auth", true, false, false}, // Docker
		{"X-Registry-Config", true, false, false},
		{"X-Tableau-Auth", true, false, false},
		{"X-Auth", true, false, false},
		{"X-Author", false, false, false},
		{"Sec-Websocket-Key", false, false, false},
		{"key", false, true, false},
		{"token", true, true, true},
		{"%74oken", true, true, true},
		{"access_token", true, true, true},
		{"accessToken", true, true, true},
		{"refresh_token", true, true, true},
		{"client_secret", true, true, true},
		{"user[password]", true, true, true},
		{"sig", false, true, false},
		{"signature", true, true, false},
		{"code", false, false, false},
		{"AWSAccessKeyId", true, true, true},

		{"", false, false, false},
		{"Accept", false, false, false},
		{"Content-Type", false, false, false},
		{"Idempotency-Key", false, false, false},
		{"Sec-WebSocket-Key", false, false, false},
		{"X-RateLimit-Remaining-Tokens", false, false, false},
		{"max_tokens", false, false, false},
		{"total_tokens", false, false, false},
		{"page_token", false, false, false},
		{"nextPageToken", false, false, false},
		{"continuation-token", false, false, false},
		{"tokenizer", false, false, false},
		{"secretary", false, false, false},
		{"monkey", false, false, false},
		{"keyword", false, false, false},
		{"ключ", false, false, false},
		{strings.Repeat("a-", 5000) + "token", true, true, true},
		{strings.Repeat("a", 5000), false, false, false},
	} {
		if got := r.Header(test.name); got != test.header {
			t.Errorf("Header(%.40q) = %v", test.name, got)
		}
		if got := r.Query(test.name); got != test.query {
			t.Errorf("Query(%.40q) = %v", test.name, got)
		}
		if got := r.Field(test.name); got != test.field {
			t.Errorf("Field(%.40q) = %v", test.name, got)
		}
	}
}

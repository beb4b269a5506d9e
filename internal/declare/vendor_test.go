package declare

import (
	"net/http"
	"net/url"
	"testing"
)

// We make a key only if it does everything that the vendor wants. In the headers of the other
// vendors, a key counts only if the caller has set it.
func TestTheHeaderInWhichAVendorTakesAKey(t *testing.T) {
	for url, want := range map[string]string{
		"https://api-m.paypal.com/v2/checkout/orders": "Paypal-Request-Id",
		"https://API.CHECKOUT.com:443/payments":       "Cko-Idempotency-Key",
		"https://api.klarna.com/payments/v1/sessions": "Klarna-Idempotency-Key",
		"https://notpaypal.com/":                      "",
		"https://storage.googleapis.com/b/o":          "",
		"https://s3.eu-west-1.amazonaws.com/b":        "",
		"https://pay-api.amazon.eu/v2/charges":        "",
		"https://x.communication.azure.com/":          "",
		"https://a.test/":                             "",
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
		if got := KeyHeader(req); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
		if IsKeyed(req) {
			t.Errorf("%s: keyed without a header", url)
		}
		if want != "" {
			req.Header.Set(want, "k")
			if !IsKeyed(req) {
				t.Errorf("%s: not keyed by %s", url, want)
			}
		}
	}
	if KeyHeader(&http.Request{}) != "" || IsKeyed(&http.Request{}) {
		t.Error("a request without a URL has a vendor")
	}
}

func TestTheVendorIsThatOfTheDomain(t *testing.T) {
	for host, want := range map[string]bool{
		"s3.cn-north-1.amazonaws.com.cn": true,
		"amazonaws.com.cn":               true,
		"S3.AMAZONAWS.COM:443":           true,
		"ec2.eu-west-1.api.aws":          true,
		"amazonaws.com":                  true,
		"notamazonaws.com":               false,
		"amazonaws.com.cn.test":          false,
		"com.cn":                         false,
		"cn":                             false,
		"localhost":                      false,
		"[::1]:80":                       false,
		"":                               false,
	} {
		req := &http.Request{URL: &url.URL{Host: host}, Header: http.Header{"X-Amz-Client-Token": {"k"}}}
		if got := IsKeyed(req); got != want {
			t.Errorf("%q: keyed %v, want %v", host, got, want)
		}
	}
}

package declare

import (
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
)

// A vendor is one whose documentation says that two requests with the same value of a header have
// an effect only once.
type vendor struct {
	header string
	with   string // another header that must be present, "" for none
	// made says that the server accepts a key that we make: nothing signs the header, no other
	// header is needed, and the domain serves nothing but APIs of the vendor that know it.
	made bool
}

// vendorOf returns the vendor of a domain in lower case, or the zero vendor.
func vendorOf(domain string) vendor {
	switch domain {
	// docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html, and each operation whose model
	// marks the header as its idempotency token. The second domain is that of the partition of
	// China, the third that of dual stack. X-Amz- headers are signed.
	case "amazonaws.com", "amazonaws.com.cn", "api.aws":
		return vendor{header: "X-Amz-Client-Token"}
	// developer.amazon.com/docs/amazon-pay-api-v2/idempotency.html; signed too.
	case "amazon.com", "amazon.eu", "amazon.jp":
		return vendor{header: "X-Amz-Pay-Idempotency-Key"}
	// learn.microsoft.com/rest/api/communication/repeatable-requests, after OASIS Repeatable
	// Requests 1.0: each header needs the other.
	case "azure.com":
		return vendor{header: "Repeatability-Request-Id", with: "Repeatability-First-Sent"}
	// checkout.com/docs/developer-resources/api/idempotency
	case "checkout.com":
		return vendor{header: "Cko-Idempotency-Key", made: true}
	// cloud.google.com/cpp/docs/reference/storage: the service does not execute a request with the
	// same value again, but sends the previous response. The other services of the domain do not
	// know it.
	case "googleapis.com":
		return vendor{header: "X-Goog-Gcs-Idempotency-Token"}
	// docs.klarna.com/api/kn/integration-resilience
	case "klarna.com":
		return vendor{header: "Klarna-Idempotency-Key", made: true}
	// developer.paypal.com/api/rest/reference/idempotency
	case "paypal.com":
		return vendor{header: "Paypal-Request-Id", made: true}
	}
	return vendor{}
}

// vendorAt returns the vendor of the host of req, or the zero vendor.
func vendorAt(req *http.Request) vendor {
	if req.URL == nil {
		return vendor{}
	}
	host := ascii.Lower(req.URL.Hostname())
	second := strings.LastIndexByte(host[:max(strings.LastIndexByte(host, '.'), 0)], '.')
	if v := vendorOf(host[second+1:]); v.header != "" || second < 0 {
		return v
	}
	third := strings.LastIndexByte(host[:second], '.')
	return vendorOf(host[third+1:])
}

// keyedForVendor reports whether req carries a header that is an idempotency key to the
// vendor of its host.
func keyedForVendor(req *http.Request) bool {
	v := vendorAt(req)
	return v.header != "" && has(req, v.header) && (v.with == "" || has(req, v.with))
}

// vendorKeyHeader returns the header in which the vendor of the host of req accepts a key that we
// make, or "".
func vendorKeyHeader(req *http.Request) string {
	if v := vendorAt(req); v.made {
		return v.header
	}
	return ""
}

// Within reports whether a host is domain or a subdomain of it.
func Within(host, domain string) bool {
	rest := len(host) - len(domain)
	return rest >= 0 && ascii.EqualFold(host[rest:], domain) && (rest == 0 || host[rest-1] == '.')
}

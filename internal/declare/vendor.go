package declare

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/ascii"
)

// A vendor is one whose documentation says that the work of two requests with the same
// value of a header is done once.
type vendor struct {
	domain, header string
	with           string // another header that has to be there, "" for none
	// made says that a key of ours is good: nothing signs the header, no other has to be
	// there, and it is the services of the vendor alone that the domain has.
	made bool
}

func vendors() [11]vendor {
	return [...]vendor{
		// docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html, and each
		// operation whose model marks the header as its idempotency token. The last two
		// are those of the partition of China, and of dual stack. X-Amz- headers are signed.
		{"amazonaws.com", "X-Amz-Client-Token", "", false},
		{"amazonaws.com.cn", "X-Amz-Client-Token", "", false},
		{"api.aws", "X-Amz-Client-Token", "", false},
		// developer.amazon.com/docs/amazon-pay-api-v2/idempotency.html; signed too.
		{"amazon.com", "X-Amz-Pay-Idempotency-Key", "", false},
		{"amazon.eu", "X-Amz-Pay-Idempotency-Key", "", false},
		{"amazon.jp", "X-Amz-Pay-Idempotency-Key", "", false},
		// learn.microsoft.com/rest/api/communication/repeatable-requests, after OASIS
		// Repeatable Requests 1.0: one header does not do without the other.
		{"azure.com", "Repeatability-Request-Id", "Repeatability-First-Sent", false},
		// checkout.com/docs/developer-resources/api/idempotency
		{"checkout.com", "Cko-Idempotency-Key", "", true},
		// cloud.google.com/cpp/docs/reference/storage: the service does not execute a
		// request with the same value again, and sends the previous response. The other
		// services of the domain do not know it.
		{"googleapis.com", "X-Goog-Gcs-Idempotency-Token", "", false},
		// docs.klarna.com/api/kn/integration-resilience
		{"klarna.com", "Klarna-Idempotency-Key", "", true},
		// developer.paypal.com/api/rest/reference/idempotency
		{"paypal.com", "Paypal-Request-Id", "", true},
	}
}

// keyedForVendor reports whether req carries a header that is an idempotency key to the
// vendor of its host.
func keyedForVendor(req *http.Request) bool {
	if req.URL == nil {
		return false
	}
	host := req.URL.Hostname()
	for _, v := range vendors() {
		if Within(host, v.domain) && has(req, v.header) && (v.with == "" || has(req, v.with)) {
			return true
		}
	}
	return false
}

// vendorKeyHeader returns the header in which the vendor of the host of req takes a key
// that somebody else has made, "" where there is none.
func vendorKeyHeader(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	host := req.URL.Hostname()
	for _, v := range vendors() {
		if v.made && Within(host, v.domain) {
			return v.header
		}
	}
	return ""
}

// Within reports whether a host is of a domain.
func Within(host, domain string) bool {
	rest := len(host) - len(domain)
	return rest >= 0 && ascii.EqualFold(host[rest:], domain) && (rest == 0 || host[rest-1] == '.')
}

package verdict_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/transport/verdict"
)

// Each vendor's header is a key for the hosts of that vendor and no other. A name that merely ends
// like one of its domains is another host.
func TestAVendorsHeaderIsAKeyToItsHostsAlone(t *testing.T) {
	const elsewhere = "https://api.test/x"
	for name, tc := range map[string]struct {
		url    string
		header http.Header
		want   bool
	}{
		"none":                   {elsewhere, nil, false},
		"standard":               {elsewhere, http.Header{"Idempotency-Key": {"k"}}, true},
		"standard, empty":        {elsewhere, http.Header{"Idempotency-Key": {""}}, false},
		"a trace":                {elsewhere, http.Header{"X-Request-Id": {"k"}}, false},
		"a trace to a vendor":    {"https://storage.googleapis.com/x", http.Header{"X-Request-Id": {"k"}}, false},
		"aws":                    {"https://s3.eu-west-1.amazonaws.com/x", http.Header{"X-Amz-Client-Token": {"k"}}, true},
		"aws, china":             {"https://s3.cn-north-1.amazonaws.com.cn/x", http.Header{"X-Amz-Client-Token": {"k"}}, true},
		"aws, dual stack":        {"https://x.eu-west-1.api.aws/x", http.Header{"X-Amz-Client-Token": {"k"}}, true},
		"aws, elsewhere":         {elsewhere, http.Header{"X-Amz-Client-Token": {"k"}}, false},
		"amazon pay":             {"https://pay-api.amazon.eu/x", http.Header{"X-Amz-Pay-Idempotency-Key": {"k"}}, true},
		"gcs":                    {"https://storage.googleapis.com/x", http.Header{"X-Goog-Gcs-Idempotency-Token": {"k"}}, true},
		"gcs, upper case, port":  {"https://STORAGE.GoogleAPIs.com:443/x", http.Header{"X-Goog-Gcs-Idempotency-Token": {"k"}}, true},
		"gcs, a name like it":    {"https://evilgoogleapis.com/x", http.Header{"X-Goog-Gcs-Idempotency-Token": {"k"}}, false},
		"gcs, a name in front":   {"https://googleapis.com.evil.test/x", http.Header{"X-Goog-Gcs-Idempotency-Token": {"k"}}, false},
		"azure, half of it":      {"https://x.communication.azure.com/x", http.Header{"Repeatability-Request-Id": {"k"}}, false},
		"azure":                  {"https://x.communication.azure.com/x", http.Header{"Repeatability-Request-Id": {"k"}, "Repeatability-First-Sent": {"d"}}, true},
		"checkout":               {"https://api.checkout.com/x", http.Header{"Cko-Idempotency-Key": {"k"}}, true},
		"klarna":                 {"https://api.klarna.com/x", http.Header{"Klarna-Idempotency-Key": {"k"}}, true},
		"paypal":                 {"https://api-m.paypal.com/x", http.Header{"Paypal-Request-Id": {"k"}}, true},
		"paypal, elsewhere":      {elsewhere, http.Header{"Paypal-Request-Id": {"k"}}, false},
		"generation":             {"https://storage.googleapis.com/x?ifGenerationMatch=0", nil, true},
		"generation, elsewhere":  {elsewhere + "?ifGenerationMatch=0", nil, false},
		"generation, empty":      {"https://storage.googleapis.com/x?ifGenerationMatch=", nil, false},
		"generation, in a value": {"https://storage.googleapis.com/x?a=ifGenerationMatch", nil, false},
		"metageneration":         {"https://storage.googleapis.com/upload/storage/v1/b/b/o?uploadType=media&ifMetagenerationMatch=1", nil, false},
		"metageneration, header": {"https://storage.googleapis.com/x", http.Header{"X-Goog-If-Metageneration-Match": {"1"}}, false},
		"both generations":       {"https://storage.googleapis.com/x?ifMetagenerationMatch=1&ifGenerationMatch=7", nil, true},
		"generation, header":     {"https://storage.googleapis.com/x", http.Header{"X-Goog-If-Generation-Match": {"0"}}, true},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, tc.url, nil)
		req.Header = tc.header
		if got := verdict.Idempotent(req); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	if verdict.Idempotent(&http.Request{Method: http.MethodPost, Header: http.Header{"X-Amz-Client-Token": {"k"}}}) {
		t.Error("a request without a URL has a key of a vendor")
	}
}

// A conditional write finds what the lost one did, whatever its method. With a key the server
// recognizes it.
func TestAWriteOnAConditionIsConditional(t *testing.T) {
	const gcs = "https://storage.googleapis.com/x"
	for name, tc := range map[string]struct {
		method, url string
		header      http.Header
		want        bool
	}{
		"PUT":                      {"PUT", "https://a.test/", nil, false},
		"PUT If-Match":             {"PUT", "https://a.test/", http.Header{"If-Match": {`"v"`}}, true},
		"PUT If-None-Match":        {"PUT", "https://a.test/", http.Header{"If-None-Match": {"*"}}, true},
		"GET If-None-Match":        {"GET", "https://a.test/", http.Header{"If-None-Match": {`"v"`}}, false},
		"with a key":               {"PUT", "https://a.test/", http.Header{"If-Match": {`"v"`}, "Idempotency-Key": {"k"}}, false},
		"POST generation":          {"POST", gcs + "?b=1&ifGenerationMatch=7", nil, true},
		"POST metageneration":      {"POST", gcs + "?ifMetagenerationMatch=7", nil, false},
		"PATCH metageneration":     {"PATCH", gcs + "?ifMetagenerationMatch=7", nil, true},
		"PATCH, header":            {"PATCH", gcs, http.Header{"X-Goog-If-Metageneration-Match": {"7"}}, true},
		"PATCH":                    {"PATCH", gcs + "?alt=json", nil, false},
		"PUT generation":           {"PUT", gcs, http.Header{"X-Goog-If-Generation-Match": {"0"}}, true},
		"GET generation":           {"GET", gcs + "?ifGenerationMatch=7", nil, false},
		"generation, with a token": {"POST", gcs + "?ifGenerationMatch=7", http.Header{"X-Goog-Gcs-Idempotency-Token": {"k"}}, false},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), tc.method, tc.url, nil)
		req.Header = tc.header
		if got := verdict.Conditional(req); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestTheQuestionCostsNoAllocation(t *testing.T) {
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://storage.googleapis.com/x?a=b", nil)
	if n := testing.AllocsPerRun(100, func() { verdict.Idempotent(req); verdict.Conditional(req) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

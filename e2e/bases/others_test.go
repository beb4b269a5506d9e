package bases

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/Azure/go-ntlmssp"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/gregjones/httpcache"
	"github.com/klauspost/compress/gzhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"golang.org/x/oauth2"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
)

// ntlm is the name of the one that sends several requests for a call.
const ntlm = "go-ntlmssp"

// others returns round trippers of others, each around a base.
func others() map[string]gracy.Func {
	return map[string]gracy.Func{
		"none": func(next http.RoundTripper) http.RoundTripper { return next },
		"oauth2": func(next http.RoundTripper) http.RoundTripper {
			return &oauth2.Transport{Base: next, Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "token"})}
		},
		"otelhttp":  func(next http.RoundTripper) http.RoundTripper { return otelhttp.NewTransport(next) },
		"gzhttp":    func(next http.RoundTripper) http.RoundTripper { return gzhttp.Transport(next) },
		"httpcache": cached,
		"SigV4":     signed,
		ntlm:        func(next http.RoundTripper) http.RoundTripper { return ntlmssp.Negotiator{RoundTripper: next} },
		"one that wraps errors": func(next http.RoundTripper) http.RoundTripper {
			return rttest.Func(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil {
					err = fmt.Errorf("ours: %w", err)
				}
				return resp, err
			})
		},
	}
}

func cached(next http.RoundTripper) http.RoundTripper {
	t := httpcache.NewMemoryCacheTransport()
	t.Transport = next
	return t
}

// signed signs requests as clients of AWS do, which read the body for that.
func signed(next http.RoundTripper) http.RoundTripper {
	signer, key := v4.NewSigner(), aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		var body []byte
		if req.Body != nil {
			var err error
			body, err = io.ReadAll(req.Body)
			_ = req.Body.Close()
			if err != nil {
				return nil, err
			}
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		sum := sha256.Sum256(body)
		if err := signer.SignHTTP(req.Context(), key, req, hex.EncodeToString(sum[:]), "s3", "eu-central-1", time.Now()); err != nil {
			return nil, err
		}
		return next.RoundTrip(req)
	})
}

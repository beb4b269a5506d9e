package replay

import (
	"encoding/base64"
	"testing"
)

func TestPrincipal(t *testing.T) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	const aws = "AWS4-HMAC-SHA256 Credential=AKID1/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature=aa"
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{aws, "AWS4-HMAC-SHA256 Credential=AKID1/20260203/us/s3/aws4_request,SignedHeaders=host,Signature=bb", true},
		{aws, "AWS4-HMAC-SHA256 Credential=AKID2/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature=aa", false},
		{"TC3-HMAC-SHA256 Credential=AKID1/2026-11-28/cvm/tc3_request, SignedHeaders=host, Signature=aa", "TC3-HMAC-SHA256 Credential=AKID1/2026-11-29/cvm/tc3_request, SignedHeaders=host, Signature=bb", true},
		{"TC3-HMAC-SHA256 Credential=AKID1/2026-11-28/cvm/tc3_request, Signature=aa", "TC3-HMAC-SHA256 Credential=AKID2/2026-11-28/cvm/tc3_request, Signature=aa", false},
		{"ACS3-HMAC-SHA256 Credential=AKID1,SignedHeaders=host,Signature=aa", "ACS3-HMAC-SHA256 Credential=AKID1,SignedHeaders=host,Signature=bb", true},
		{"OSS4-HMAC-SHA256 Credential=AKID1/20261128/cn/oss/aliyun_v4_request,Signature=aa", "OSS4-HMAC-SHA256 Credential=AKID1/20261129/cn/oss/aliyun_v4_request,Signature=bb", true},
		{"SDK-HMAC-SHA256 Access=AKID1, SignedHeaders=host, Signature=aa", "SDK-HMAC-SHA256 Access=AKID1, SignedHeaders=host, Signature=bb", true},
		{"SDK-HMAC-SHA256 Access=AKID1, Signature=aa", "SDK-HMAC-SHA256 Access=AKID2, Signature=aa", false},
		{"OSS AKID:aaa=", "OSS AKID:bbb=", true},
		{"OBS AKID:aaa=", "OBS AKIE:aaa=", false},
		{"OBS AKID:aaa=", "OBS AKID:bbb=", true},
		{"AWS AKID:aaa=", "AWS AKID:bbb=", true},
		{"AWS AKID:aaa=", "AWS AKIE:aaa=", false},
		{"SharedKey acc:aaa=", "sharedkey acc:bbb=", true},
		{"SharedKeyLite acc:aaa=", "SharedKeyLite bcc:aaa=", false},
		{"HMAC-SHA256 Credential=id1&SignedHeaders=x&Signature=a", "HMAC-SHA256 Credential=id1&SignedHeaders=x&Signature=b", true},
		{`Digest username="u, v", realm="r", nonce="1", response="a"`, `Digest realm="r", nonce="2", username="u, v", response="b"`, true},
		{`Digest username="u", realm="r"`, `Digest username="w", realm="r"`, false},
		{`Digest username="u", realm="r"`, `Digest username="u", realm="s"`, false},
		{`Hawk id="a", mac="1"`, `Hawk id="a", mac="2"`, true},
		{`Signature keyId="a",signature="1"`, `Signature keyId="b",signature="1"`, false},
		{`OAuth oauth_consumer_key="c", oauth_token="t", oauth_nonce="1"`, `OAuth oauth_consumer_key="c", oauth_token="t", oauth_nonce="2"`, true},
		{`OAuth oauth_consumer_key="c", oauth_token="t"`, `OAuth oauth_consumer_key="c", oauth_token="u"`, false},
		{"Bearer a", "bearer  a", true},
		{"Bearer a", "Bearer A", false},
		{basic("u:pas"), basic("u:pas")[:len(basic("u:pas"))-1], true}, // without padding
		{basic("u:p"), basic("u:q"), false},
		{"Negotiate abc", "Negotiate abd", false},
		{"AWS4-HMAC-SHA256 malformed", "AWS4-HMAC-SHA256 other", false},
		{`Digest malformed"`, `Digest other"`, false},
		{"raw", "raw2", false},
	} {
		if same := principal("Authorization", c.a) == principal("Authorization", c.b); same != c.same {
			t.Errorf("%s\n%s: same %v, want %v", c.a, c.b, same, c.same)
		}
	}
	if principal("X-Api-Key", "aws a:b") != "aws a:b" {
		t.Error("the value of another header is not the whole of it")
	}
}

package harness

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// S3Error returns an error as S3 sends it.
func S3Error(int) (typ, body string) {
	return "application/xml", `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>`
}

// S3 returns the service of two SDKs, an object storage in which each object holds its own name.
func S3() http.Handler {
	const tag = `"9b2cf535f27731c974343645a3985328"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch {
		case r.Method == http.MethodPut:
			w.Header().Set("ETag", tag)
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		case key == "":
			after := r.URL.Query().Get("continuation-token")
			next := "<IsTruncated>false</IsTruncated>"
			if after == "" {
				next = "<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>"
			}
			Text(w, "application/xml", fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>bucket</Name><KeyCount>1</KeyCount>%s<Contents><Key>a%s.jpg</Key><LastModified>2026-11-01T12:00:00.000Z</LastModified><ETag>%s</ETag><Size>3</Size></Contents></ListBucketResult>`, next, after, strings.Trim(tag, `"`)))
		default:
			w.Header().Set("ETag", tag)
			w.Header().Set("Last-Modified", time.Unix(1_800_000_000, 0).UTC().Format(http.TimeFormat))
			w.Header().Set("Content-Type", "text/plain")
			half := len(key) / 2
			if strings.HasPrefix(key, "stream") {
				_, _ = io.WriteString(w, key[:half])
				AwaitFirst(w, r)
				_, _ = io.WriteString(w, key[half:])
				return
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(key)))
			_, _ = io.WriteString(w, key)
		}
	})
}

// Big returns n bytes, which end in the word [Last].
func Big(n int) []byte {
	line := []byte("all work and no play makes a dull body\n")
	b := bytes.Repeat(line, n/len(line)+1)[:n]
	copy(b[n-len(Last):], Last)
	return b
}

// ReadStream reads a body, calls first after the first bytes, and closes it.
func ReadStream(body io.ReadCloser, first func()) (string, error) {
	defer func() { _ = body.Close() }()
	b := make([]byte, 1)
	if _, err := io.ReadFull(body, b); err != nil {
		return "", err
	}
	first()
	rest, err := io.ReadAll(body)
	return string(b) + string(rest), err
}

package replay

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/redact"
)

// url returns what the masked parts of a URL add to the identity: the user, path segments that have
// no pseudonym, and query parameters. Of a signed URL it is the name of the key. A signature counts
// only if nothing else does.
func (d *identifier) url(u *url.URL, original, masked string) (parts []string) {
	if original == masked {
		return nil
	}
	path, query := beforeQuery(original)
	maskedPath, maskedQuery := beforeQuery(masked)
	was, have := strings.Split(path, "/"), strings.Split(maskedPath, "/")
	for i := range was {
		switch {
		case len(was) != len(have):
		case was[i] == have[i], strings.HasPrefix(have[i], redact.Mask+","):
			continue
		}
		parts = append(parts, "path "+was[i])
	}
	ignored := d.match.ignoredQuery(u)
	var signatures []string
	signed := false
	ask, got := strings.Split(strings.TrimPrefix(query, "?"), "&"), strings.Split(strings.TrimPrefix(maskedQuery, "?"), "&")
	for i, pair := range ask {
		if len(ask) == len(got) && pair == got[i] {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = compare.Unescape(name), compare.Unescape(value)
		lower := strings.ToLower(name)
		switch {
		case value == "" || masks(value) || slices.Contains(ignored, name):
		case lower == "x-amz-credential", lower == "x-goog-credential":
			signed = true
			parts = append(parts, "query key "+keyID(value))
		case strings.HasPrefix(lower, "x-amz-"), strings.HasPrefix(lower, "x-goog-"),
			strings.HasSuffix(lower, "signature"), lower == "sig", lower == "hmac":
			signatures = append(signatures, "query "+lower+"="+value)
		default:
			signed = true
			parts = append(parts, "query "+lower+"="+value)
		}
	}
	if !signed {
		parts = append(parts, signatures...)
	}
	return parts
}

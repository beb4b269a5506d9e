package replay

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// standIn is the start of the text on a tape for the value of a cookie. A cookie jar keeps the text
// and sends it back, so that a client that logs in from a tape is recognized by it.
const standIn = redact.Mask + "."

// cookie returns the text on the tape for the value of a cookie: a mask and a keyed hash. It
// returns a value that is such a text already unchanged.
func (d *identifier) cookie(name, value string) string {
	value = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(value), `"`), `"`)
	if sum, ok := strings.CutPrefix(value, standIn); ok {
		if b, err := hex.DecodeString(sum); err == nil && len(b) == store.IdentitySize {
			return value
		}
	}
	if value == "" || value == redact.Mask {
		return value
	}
	return standIn + hex.EncodeToString(d.hash([]string{"cookie", name, value}))
}

// cookieHeader returns a Cookie header with its values replaced, sorted.
func (d *identifier) cookieHeader(v string) string {
	var pairs []string
	for pair := range strings.SplitSeq(v, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		pairs = append(pairs, name+"="+d.cookie(name, value))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "; ")
}

// setCookie masks the value of a Set-Cookie header and keeps its name and the
// attributes that a cookie jar knows.
func (m masker) setCookie(v string) string {
	pair, attributes, _ := strings.Cut(v, ";")
	name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
	if !ok || name == "" {
		return redact.Mask
	}
	var b strings.Builder
	b.WriteString(m.red.Text(name) + "=" + m.cookie(name, value))
	for a := range strings.SplitSeq(attributes, ";") {
		a = strings.TrimSpace(a)
		key, value, has := strings.Cut(a, "=")
		switch strings.ToLower(key) {
		case "path":
			a = key + "=" + m.url(value)
		case "domain", "expires", "max-age", "samesite", "priority":
			if has {
				a = key + "=" + m.red.Text(value)
			}
		case "httponly", "secure", "partitioned":
			a = key
		default:
			continue
		}
		b.WriteString("; " + a)
	}
	return b.String()
}

// renew moves the Expires of cookies that have expired since they were recorded, by the time that
// has passed. A jar would drop them. Cookies that had expired before stay as they are.
func renew(h http.Header, recorded, now time.Time) {
	for i, v := range h["Set-Cookie"] {
		parts := strings.Split(v, ";")
		for k, a := range parts {
			key, value, _ := strings.Cut(strings.TrimSpace(a), "=")
			if !strings.EqualFold(key, "expires") {
				continue
			}
			if t, err := http.ParseTime(value); err == nil && t.After(recorded) && !t.After(now) {
				parts[k] = " " + key + "=" + t.Add(now.Sub(recorded)).UTC().Format(http.TimeFormat)
				h["Set-Cookie"][i] = strings.Join(parts, ";")
			}
		}
	}
}

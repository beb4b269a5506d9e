package verdict

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/setting"
)

// A Limit is what the body of a 403 or 429 says about limits.
type Limit uint8

// The limits.
const (
	LimitUnknown Limit = iota // nothing: status and header decide
	LimitPasses               // one that passes with time: the outcome is [Throttled]
	LimitStays                // one that waiting does not lift, such as a spent balance: the outcome is [Permanent]
)

// String returns "unknown", "passes" or "stays".
func (l Limit) String() string {
	switch l {
	case LimitPasses:
		return "passes"
	case LimitStays:
		return "stays"
	case LimitUnknown:
	}
	return "unknown"
}

// A LimitReader says what the start of the body of a 403 or 429 says about limits. It gets up to 16
// KiB that arrive within a second, which are put back afterwards. It is an override for the calls
// of a context. If it returns [LimitUnknown], or there is none, [ReadLimit] reads the body. It is
// called concurrently, must keep neither argument, and must not read the body of the response.
type LimitReader func(resp *http.Response, body []byte) Limit

// Attach implements transport.Override. It replaces an earlier LimitReader.
func (r LimitReader) Attach(ctx context.Context) context.Context { return setting.With(ctx, r) }

// Read calls r, unless it is nil. If that returns LimitUnknown it calls [ReadLimit].
func (r LimitReader) Read(resp *http.Response, body []byte) Limit {
	if r != nil {
		if l := r(resp, body); l != LimitUnknown {
			return l
		}
	}
	return ReadLimit(resp, body)
}

// ReadLimit recognizes what several services write into the body of a 403 or 429. In JSON it reads
// codes such as insufficient_quota, dailyLimitExceeded, rateLimitExceeded or RESOURCE_EXHAUSTED as
// the value of code, type, reason, status, error or __type. On a 403 it also reads a sentence about
// a secondary rate limit or too many requests, in a short text that is not HTML, or as the message
// of a JSON body or of its error. Text nested deeper may not be the server's own.
func ReadLimit(resp *http.Response, body []byte) Limit {
	var v any
	if body = bytes.TrimSpace(body); json.Unmarshal(body, &v) == nil {
		return wordsOf(resp.StatusCode, "", v, 0)
	}
	if len(body) > maxSentence || bytes.IndexByte(body, '<') >= 0 {
		return LimitUnknown
	}
	return message(resp.StatusCode, string(body))
}

// maxSentence is the length up to which a text is taken for a sentence about the response.
const maxSentence = 512

// wordsOf reads a JSON value. depth counts the objects around it, except those in a member error or
// errors.
func wordsOf(status int, key string, v any, depth int) (found Limit) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			d := depth + 1
			if of := letters(key); of == "error" || of == "errors" {
				d = depth
			}
			found = max(found, wordsOf(status, k, inner, d))
		}
	case []any:
		for _, inner := range v {
			found = max(found, wordsOf(status, key, inner, depth))
		}
	case string:
		found = word(status, key, v, depth <= 1)
	}
	return found
}

// word reads one string of a JSON body. said is whether the server itself says it.
func word(status int, key, value string, said bool) Limit {
	switch letters(key) {
	case "code", "type", "reason", "status", "error", "errorcode", "errortype":
		switch letters(value) {
		case "insufficientquota", "insufficientcredits", "insufficientcredit", "insufficientbalance", "insufficientfunds",
			"billinghardlimitreached", "billingnotactive", "billingerror", "paymentrequired",
			"dailylimitexceeded", "dailylimitexceededunreg", "monthlylimitexceeded", "quotaexceeded", "quotaexhausted":
			return LimitStays
		case "ratelimitexceeded", "userratelimitexceeded", "ratelimited", "ratelimit", "ratelimiterror", "ratelimitreached",
			"toomanyrequests", "toomanyrequestsexception", "throttling", "throttled", "throttlingexception", "requestlimitexceeded",
			"requestthrottled", "resourceexhausted", "slowdown":
			return LimitPasses
		}
	case "message", "detail", "description", "errordescription", "title", "msg":
		if said && len(value) <= maxSentence {
			return message(status, value)
		}
	}
	return LimitUnknown
}

// message reads a sentence for people. More often a 403 says that a permission is missing, which
// would be so for another attempt too. So the sentence must be plain and not in quotes, in which
// case it is somebody else's.
func message(status int, text string) Limit {
	if status != http.StatusForbidden {
		return LimitUnknown
	}
	text = strings.ToLower(text)
	for _, s := range [...]string{"secondary rate limit", "rate limit exceeded", "exceeded the rate limit", "abuse detection mechanism", "too many requests"} {
		if before, _, ok := strings.Cut(text, s); ok && !strings.ContainsAny(before, "\"“«'‘`") {
			return LimitPasses
		}
	}
	return LimitUnknown
}

// letters returns the ASCII letters of s in lower case, so that rateLimitExceeded and
// RATE_LIMIT_EXCEEDED are equal. It returns "" for a text that is longer than a code.
func letters(s string) string {
	if len(s) > 64 {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z':
			b.WriteByte(c)
		case 'A' <= c && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		}
	}
	return b.String()
}

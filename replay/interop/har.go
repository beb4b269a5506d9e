package interop

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"time"
)

// harEntry is an entry of HAR 1.2, with the fields that its writers have added.
type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // in milliseconds, like all times in HAR
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`

	FromCache    json.RawMessage `json:"_fromCache,omitempty"`         // Chrome
	ResourceType string          `json:"_resourceType,omitempty"`      // Chrome, Playwright
	Messages     json.RawMessage `json:"_webSocketMessages,omitempty"` // Chrome, Playwright
	Failure      string          `json:"_failureText,omitempty"`
	// Gracy is what WriteHAR adds: an exchange without what the other fields hold.
	Gracy *jsonExchange `json:"_gracy,omitempty"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	Query       []harPair `json:"queryString"`
	PostData    *harPost  `json:"postData,omitempty"`
	HeadersSize int64     `json:"headersSize"`
	BodySize    int64     `json:"bodySize"`
}

type harPost struct {
	MimeType string  `json:"mimeType"`
	Text     *string `json:"text"`
	File     string  `json:"_file,omitempty"` // Playwright
	Encoding string  `json:"encoding,omitempty"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int64      `json:"headersSize"`
	BodySize    int64      `json:"bodySize"` // -1 if it is not known

	Failure string `json:"_failureText,omitempty"` // Playwright
	Error   string `json:"_error,omitempty"`       // Chrome, WriteHAR
}

type harContent struct {
	Size     int64   `json:"size"`
	MimeType string  `json:"mimeType"`
	Text     *string `json:"text,omitempty"`
	Encoding string  `json:"encoding,omitempty"`
	File     string  `json:"_file,omitempty"` // Playwright
}

type harPair struct {
	Name  string `json:"name"`
	Value loose  `json:"value"`
	From  string `json:"_fromType,omitempty"` // Polly: "array" if there were several
	// Base64 are the bytes of a value that is not UTF-8.
	Base64 []byte `json:"_base64,omitempty"`
}

type harTimings struct {
	Blocked float64 `json:"blocked,omitempty"`
	DNS     float64 `json:"dns,omitempty"`
	Connect float64 `json:"connect,omitempty"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// loose is a text that some recorders write as a number or null.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case string:
		*l = loose(v)
	case bool, float64:
		*l = loose(b)
	default:
		return errNotText
	}
	return nil
}

// files has the bodies that are in separate files.
type files interface {
	// body returns a file, or false if it does not exist.
	body(name string) ([]byte, bool, error)
}

// noFiles is for a HAR that is not in a zip. Files beside it are not opened.
type noFiles struct{}

func (noFiles) body(string) ([]byte, bool, error) { return nil, false, nil }

func readHAR(r io.Reader, f Format, attached files, lim limits) iter.Seq2[*Record, error] {
	return each(jsonItems[harEntry](r, lim, "log", "entries"), func(e harEntry) (*Record, error) {
		if e.Gracy != nil {
			return e.restored()
		}
		return e.record(f, attached)
	})
}

func (e *harEntry) record(f Format, attached files) (*Record, error) {
	q, s := &e.Request, &e.Response
	d := newDraft(q.Method, q.URL)
	if t, err := time.Parse(time.RFC3339Nano, e.Started); err == nil {
		d.x.Start = t.UTC()
	}
	d.harTimes(e)
	var length int64
	for _, h := range q.Headers {
		d.requestHeader(h.Name, string(h.Value))
		length = max(length, contentLength(h))
	}
	if err := d.harPosted(q, length, attached); err != nil {
		return nil, err
	}
	d.harFailed(e)
	d.status(s.Status, s.StatusText, s.HTTPVersion)
	d.harHeaders(s.Headers, f)
	d.harRevalidated()
	body, decoded, err := d.harBody(s, f, attached)
	if err != nil {
		return nil, err
	}
	d.responseBody(body, decoded)
	return &d.Record, nil
}

// harTimes sets the times of an entry. A negative time is unknown.
func (d *draft) harTimes(e *harEntry) {
	known := func(ms float64) time.Duration {
		if !(ms > 0 && ms < 1e12) {
			return 0
		}
		return time.Duration(ms * float64(time.Millisecond)).Round(time.Microsecond)
	}
	t := e.Timings
	d.x.FirstByte = known(t.Blocked) + known(t.DNS) + known(t.Connect) + known(t.Send) + known(t.Wait)
	d.x.Total = max(known(e.Time), d.x.FirstByte)
}

// harRevalidated skips what a browser made of a 304 and its cache. A server does not respond with
// 200 and the ETag of If-None-Match (RFC 9110 13.1.2).
func (d *draft) harRevalidated() {
	tag := d.x.Response.Header.Get("ETag")
	if d.x.Response.StatusCode == http.StatusOK && tag != "" && d.x.Request.Header.Get("If-None-Match") == tag {
		d.skip("the response is from a cache of the browser: its ETag is that of If-None-Match")
	}
}

// harFailed skips an entry that is not the response of a server to this request.
func (d *draft) harFailed(e *harEntry) {
	s := &e.Response
	switch cached := string(e.FromCache); {
	case s.Failure != "" || e.Failure != "":
		d.skip("the call was aborted or failed (_failureText)")
	case s.Error != "":
		d.skip("the call failed (_error)")
	case len(e.Messages) > 0 || e.ResourceType == "websocket":
		d.skip("it is a web socket")
	case len(cached) > 0 && cached != "null" && cached != "false" && cached != `""`:
		d.skip("the response is from a cache of the browser (_fromCache)")
	case s.Status == 200 && s.BodySize == 0 && (s.Content.Size > 0 || s.Content.Text != nil && *s.Content.Text != ""):
		d.skip("the response is from a cache of the browser: bodySize is 0, and there is a body")
	}
}

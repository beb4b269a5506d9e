package parse

import (
	"encoding/json"
	"mime"
	"net/http"
)

// A Problem is what a server says about a failure in application/problem+json (RFC 9457). Its
// members are the server's words: take care where you show them.
type Problem struct {
	Type     string `json:"type"`     // a URI that names the kind of problem; empty means "about:blank"
	Title    string `json:"title"`    // the kind in words
	Status   int    `json:"status"`   // the status code that the server says it sent
	Detail   string `json:"detail"`   // this occurrence in words
	Instance string `json:"instance"` // a URI that names this occurrence
	// Members holds all members unparsed, those above and the extensions.
	Members map[string]json.RawMessage `json:"-"`
}

// problem reads a problem document. It returns nil if there is none. It ignores members of a wrong
// type, as RFC 9457, section 3.1, demands.
func problem(h http.Header, body []byte) *Problem {
	if t, _, _ := mime.ParseMediaType(h.Get("Content-Type")); t != "application/problem+json" {
		return nil
	}
	p := &Problem{}
	if failureJSON(h, body, &p.Members) != nil || p.Members == nil {
		return nil
	}
	for name, to := range map[string]any{
		"type": &p.Type, "title": &p.Title, "status": &p.Status, "detail": &p.Detail, "instance": &p.Instance,
	} {
		if raw, ok := p.Members[name]; ok {
			_ = json.Unmarshal(raw, to)
		}
	}
	return p
}

package logging

import (
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/route"
)

// place returns the value of a placeholder that says where a request goes. ENDPOINT and UENDPOINT
// are relative to the same base path, and so are URL and UURL.
func (f *facts) place(name string) string {
	template := f.Call.Route()
	if name == "UENDPOINT" {
		return template
	}
	path := f.path()
	at, _ := route.Locate(template, path)
	switch name {
	case "ENDPOINT":
		return strings.TrimPrefix(path, at.Base)
	case "ARGS":
		args := make([]string, len(at.Args))
		for i, a := range at.Args {
			args[i] = at.Names[i] + "=" + a
		}
		return f.redact.Text(strings.Join(args, " "))
	}
	if f.req.URL == nil {
		return template
	}
	if !strings.HasPrefix(template, "/") {
		template = "/" + template
	}
	return f.req.URL.Scheme + "://" + f.req.URL.Host + at.Base + template
}

// path returns the path of the request as sent, without secrets.
func (f *facts) path() string {
	if f.req.URL == nil {
		return ""
	}
	u := url.URL{Path: f.req.URL.Path, RawPath: f.req.URL.RawPath, Opaque: f.req.URL.Opaque}
	return f.redact.URL(&u)
}

package report

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// A Page is a live page like that of [HTML]: an [http.Handler] that can be mounted anywhere.
//
//	page := report.Handler(stats)
//	http.Handle("/gracy/", page)
//	server.RegisterOnShutdown(page.Close)
//
// Viewers get new figures once a second over server-sent events, or by polling if the server's
// writer cannot flush. All get the same figures, which are made once. If making them takes long,
// they come less often, so that it takes at most 2 % of a processor. Nothing runs while there are
// no viewers.
//
// It responds only to GET and HEAD, has a policy that makes a browser run and load nothing but
// its own files, and shows no URL, header or body. It has no access control: listen on loopback,
// or put it behind some.
type Page struct {
	sources []Source
	page    *frames
	hub     *hub
}

// Handler returns a live page of the sources. Sources that keep no single calls keep the last
// [metrics.DefaultCalls] from now on.
func Handler(sources ...Source) *Page {
	sources = present(sources)
	for _, s := range sources {
		k, ok := s.(interface {
			Timeline() metrics.Timeline
			KeepCalls(n int)
		})
		if ok && k.Timeline().Most == 0 {
			k.KeepCalls(metrics.DefaultCalls)
		}
	}
	p := &Page{sources: sources}
	p.page = newFrames(p.whole)
	p.hub = newHub(p.frame)
	return p
}

// Close ends the streams of all viewers, whose pages say that the program has ended, and returns
// when no frame is made any more. The streams end with their handlers. [http.Server.Shutdown]
// waits for streams, so have it call Close, with RegisterOnShutdown.
func (p *Page) Close() { p.hub.close() }

// policy allows the files of the page and its stream.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// ServeHTTP implements [http.Handler]. The last element of the path says what is requested.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	switch name := path.Base(r.URL.Path); {
	case r.URL.Path == "" && !strings.HasSuffix(requested(r), "/"): // a prefix without a slash was stripped
		http.Redirect(w, r, requested(r)+"/", http.StatusMovedPermanently)
	case r.URL.Path == "" || strings.HasSuffix(r.URL.Path, "/"):
		p.serve(w, r, "text/html; charset=utf-8", p.page)
	case name == "events":
		p.hub.serve(w, r)
	case name == "frame.json":
		p.serve(w, r, "application/json", p.hub.frames)
	case name == "page.js" || name == "uPlot.iife.min.js" || name == "page.css" || name == "uPlot.min.css":
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", `"`+strings.Trim(hashOf(asset(name)), "'")+`"`)
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(asset(name)))
	default:
		http.NotFound(w, r)
	}
}

// requested returns the path that the client asked for. A handler around this one may have
// shortened the path of the URL.
func requested(r *http.Request) string {
	name, _, _ := strings.Cut(r.RequestURI, "?")
	return name
}

func (p *Page) serve(w http.ResponseWriter, r *http.Request, kind string, content *frames) {
	b, _, err := content.get()
	if err != nil {
		http.Error(w, "cannot make the report", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", kind)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// whole returns the page.
func (p *Page) whole() ([]byte, error) {
	d, err := newDocument(read(p.sources), timelines(p.sources), true)
	if err != nil {
		return nil, err
	}
	d.Live = true
	var b bytes.Buffer
	err = d.write(&b, "page")
	return b.Bytes(), err
}

// frame returns what an open page shows next.
func (p *Page) frame() ([]byte, error) {
	d, err := newDocument(read(p.sources), timelines(p.sources), false)
	if err != nil {
		return nil, err
	}
	var figures, b bytes.Buffer
	if err := d.write(&figures, "figures"); err != nil {
		return nil, err
	}
	text, err := json.Marshal(figures.String())
	if err != nil {
		return nil, err
	}
	b.WriteString(`{"figures":`)
	b.Write(text)
	b.WriteString(`,"data":` + string(d.Data) + `}`)
	return b.Bytes(), nil
}

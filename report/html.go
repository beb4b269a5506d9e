package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"io"

	"github.com/gracy-go/gracy/metrics"
)

// HTML writes one self-contained page, which needs no network: the figures, calls and latency
// over time, each kept call with its attempts and waits, why calls failed, and the slowest calls
// with their ledgers. Charts and single calls need [metrics.Recorder.KeepCalls]. [Open] reads the
// page back. HTML returns the error of the writer, if any.
//
// 10,000 calls make a page of some 350 KB. The page executes nothing but its own script, whose
// hash its policy names. Secrets were masked when the calls were kept.
func HTML(w io.Writer, sources ...Source) error {
	p, err := newDocument(read(sources), timelines(sources), true)
	if err != nil {
		return err
	}
	script, style := asset("uPlot.iife.min.js")+"\n"+asset("page.js"), asset("uPlot.min.css")+"\n"+asset("page.css")
	p.Script, p.Style = template.JS(script), template.CSS(style) //nolint:gosec // our own files
	p.Policy = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; script-src " + hashOf(script) + "; style-src " + hashOf(style)
	return p.write(w, "page")
}

// A document is the argument of the page's template.
type document struct {
	view
	Live   bool // whether the page is served, with its files and a stream of frames beside it
	Script template.JS
	Style  template.CSS
	Policy string
	Data   template.JS // JSON of a data, in which encoding/json has escaped <
}

// data is what Open and the script of a page read.
type data struct {
	Schema    int               `json:"gracy"`
	Snapshot  *metrics.Snapshot `json:"snapshot,omitempty"` // only in a page, not in the frames that follow it
	Timelines []*packed         `json:"timelines"`
}

// schema is the version of data.
const schema = 1

func newDocument(s metrics.Snapshot, list []metrics.Timeline, whole bool) (*document, error) {
	d := data{Schema: schema, Timelines: []*packed{}}
	if whole {
		d.Snapshot = &s
	}
	for _, t := range list {
		if len(t.Calls) > 0 {
			d.Timelines = append(d.Timelines, pack(t))
		}
	}
	b, err := json.Marshal(d)
	return &document{view: newView(s, list), Data: template.JS(b)}, err //nolint:gosec // as above
}

// write writes a template of the page: the whole page, or only its figures.
func (d *document) write(w io.Writer, name string) error {
	t, err := template.New("page").Parse(asset("page.html"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, d); err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// hashOf returns the source of a Content-Security-Policy that allows one text.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// timelines returns the timelines of the sources that have one.
func timelines(sources []Source) (list []metrics.Timeline) {
	for _, s := range present(sources) {
		switch s := s.(type) {
		case *Saved:
			list = append(list, s.lists...)
		case interface{ Timeline() metrics.Timeline }:
			list = append(list, s.Timeline())
		}
	}
	return list
}

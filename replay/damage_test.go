package replay_test

import (
	"bytes"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/kinds"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// damage changes one field of an exchange that a store returns. do returns false if there is
// nothing to change.
type damage struct {
	name  string // begins with the name of the field
	shown string // the part of a view that shows it
	do    func(r *store.Response) bool
	fault func(f *store.Fault)
}

func damages() []damage {
	anyValue := func(do func(values []string) []string) func(http.Header) bool {
		return func(h http.Header) (done bool) {
			for name, values := range h {
				if changed := do(slices.Clone(values)); !slices.Equal(changed, values) {
					h[name], done = changed, true
				}
			}
			return done
		}
	}
	last := func(values []string) []string {
		if len(values) > 0 {
			values[len(values)-1] += "x"
		}
		return values
	}
	return []damage{
		{name: "Status", shown: "Status", do: func(r *store.Response) bool { r.Status += "x"; return true }},
		{name: "StatusCode", shown: "StatusCode", do: func(r *store.Response) bool { r.StatusCode++; return true }},
		{name: "Proto", shown: "Proto", do: func(r *store.Response) bool { r.Proto = "HTTP/9.9"; return true }},
		{name: "Proto that is none", shown: "ProtoMajor", do: func(r *store.Response) bool { r.Proto = ""; return true }},
		{name: "Header: a value", shown: "Header", do: func(r *store.Response) bool { return anyValue(last)(r.Header) }},
		{name: "Header: an order", shown: "Header", do: func(r *store.Response) bool {
			return anyValue(func(v []string) []string { slices.Reverse(v); return v })(r.Header)
		}},
		{name: "Header: one of two values", shown: "Header", do: func(r *store.Response) bool {
			return anyValue(func(v []string) []string { return v[:min(len(v), 1)] })(r.Header)
		}},
		{name: "Header: another one", shown: "Header", do: func(r *store.Response) bool { r.Header = http.Header{"X-More": {"x"}}; return true }},
		{name: "Trailer: a value", shown: "Trailer", do: func(r *store.Response) bool { return anyValue(last)(r.Trailer) }},
		{name: "Trailer: its names", shown: "Trailer before the end", do: func(r *store.Response) bool {
			had := r.Trailer != nil
			r.Trailer = nil
			return had
		}},
		{name: "Body: a byte", shown: "Body", do: func(r *store.Response) bool {
			r.Body = bytes.Clone(r.Body)
			for i := range r.Body[:min(len(r.Body), 1)] {
				r.Body[i] ^= 1
			}
			return len(r.Body) > 0
		}},
		{name: "Body: its end", shown: "Body", do: func(r *store.Response) bool {
			had := len(r.Body) > 0
			r.Body = r.Body[:max(len(r.Body)-1, 0)]
			return had
		}},
		{name: "NoBody", shown: "no body", do: func(r *store.Response) bool { r.NoBody = !r.NoBody; return len(r.Body) == 0 }},
		{name: "ContentLength", shown: "ContentLength", do: func(r *store.Response) bool { r.ContentLength++; return true }},
		{name: "TransferEncoding", shown: "TransferEncoding", do: func(r *store.Response) bool {
			r.TransferEncoding = append(slices.Clone(r.TransferEncoding), "x")
			return true
		}},
		{name: "Uncompressed", shown: "Uncompressed", do: func(r *store.Response) bool { r.Uncompressed = !r.Uncompressed; return true }},
		{name: "Close", shown: "Close", do: func(r *store.Response) bool { r.Close = !r.Close; return true }},
		{name: "Text", shown: "Error", fault: func(f *store.Fault) { f.Text += "x" }},
		{name: "Text of a body", shown: "error of the body", fault: func(f *store.Fault) { f.Text += "x" }},
		{name: "Kind", shown: "Error is", fault: func(f *store.Fault) { f.Kind = store.FaultBrokenPipe }},
		{name: "Kind of a body", shown: "error of the body is", fault: func(f *store.Fault) { f.Kind = store.FaultBrokenPipe }},
		{name: "IsTimeout", shown: "Error is a timeout", fault: func(f *store.Fault) { f.IsTimeout = !f.IsTimeout }},
	}
}

// damaged is a store that damages what it returns.
type damaged struct {
	store.IndexStore
	damage
	done map[string]bool // the paths of damaged exchanges
}

func (d *damaged) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	x, err := d.IndexStore.Find(key, after)
	if x == nil || err != nil {
		return x, err
	}
	c, done := *x, false
	if x.Response != nil && d.do != nil {
		r := *x.Response
		r.Header, r.Trailer = r.Header.Clone(), r.Trailer.Clone()
		c.Response, done = &r, d.do(&r)
	}
	if x.Fault != nil && d.fault != nil {
		f := *x.Fault
		d.fault(&f)
		c.Fault, done = &f, true
	}
	if done {
		d.done[x.Request.ParseURL().Path] = true
	}
	return &c, nil
}

// The control of the kinds: if a store damages one field, each kind of exchange that has the field
// notices.
func TestEachFieldThatIsDamagedIsNoticed(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[store.Response](), reflect.TypeFor[store.Fault]()} {
		for field := range typ.Fields() {
			if field.Name == "Pieces" {
				continue // a body is replayed at once unless Options.Speed or Delay is set: see pace_test.go
			}
			if !slices.ContainsFunc(damages(), func(d damage) bool { return strings.HasPrefix(d.name, field.Name) }) {
				t.Errorf("%s.%s is not damaged: does a kind of exchange notice it?", typ, field.Name)
			}
		}
	}
	list := kinds.All()
	for name, reader := range map[string]func(string) (store.IndexStore, error){"tape.db": bolt.OpenReadOnly, "tape.json": text.OpenReadOnly} {
		if !long.Wanted() && name == "tape.json" {
			continue
		}
		path := filepath.Join(t.TempDir(), name)
		recorded := recordKinds(t, path, list)
		for _, d := range damages() {
			t.Run(name+"/"+d.name, func(t *testing.T) {
				plain, err := reader(path)
				if err != nil {
					t.Fatal(err)
				}
				to := &damaged{IndexStore: plain, damage: d, done: make(map[string]bool)}
				tape, err := replay.New(to, replay.Options{Mode: replay.ModeReplay})
				if err != nil {
					t.Fatal(err)
				}
				defer closeTape(t, tape)
				names, _ := recorded.Replay(t, tape.Wrap)
				shown := 0
				for i, k := range list {
					if to.done[k.Path()] && len(names[i]) == 0 {
						t.Errorf("%s does not notice it", k.Name)
					}
					if slices.Contains(names[i], d.shown) {
						shown++
					}
				}
				if shown == 0 {
					t.Errorf("none of %d kinds differs in %s", len(to.done), d.shown)
				}
			})
		}
	}
}

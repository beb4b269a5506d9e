package page_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/page"
)

func TestLinkFindsTheTargetOfARelation(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"none", nil, ""},
		{"github", []string{`<https://a.test/?page=2>; rel="next", <https://a.test/?page=9>; rel="last"`}, "https://a.test/?page=2"},
		{"second", []string{`</a>; rel="prev", </b>; rel="next"`}, "/b"},
		{"second line", []string{`</a>; rel=prev`, `</b>; rel=next`}, "/b"},
		{"several rels in one", []string{`</b>; rel="last  next"`}, "/b"},
		{"case", []string{`</b>; REL="NEXT"`}, "/b"},
		{"comma and semicolon in the target", []string{`</b?x=1,2;3>; rel=next`}, "/b?x=1,2;3"},
		{"comma and semicolon in quotes", []string{`</a>; title="x, <y>; rel=next"; rel=prev, </b>; rel=next`}, "/b"},
		{"escaped quote", []string{`</a>; title="\", </c>; rel=next"; rel=prev, </b>; rel=next`}, "/b"},
		{"first rel wins", []string{`</a>; rel=prev; rel=next`}, ""},
		{"a prefix is no rel", []string{`</a>; rel=nextish`}, ""},
		{"spaces", []string{`  </b>  ;  rel = "next"  , `}, "/b"},
		{"no spaces", []string{`</a>;rel=prev,</b>;rel="next"`}, "/b"},
		{"empty elements", []string{`,, </b>; rel=next`}, "/b"},
		{"anchor", []string{`</a>; rel=next; anchor="#x", </b>; rel=next`}, "/b"},
		{"parameter without value", []string{`</b>; crossorigin; rel=next`}, "/b"},
		{"apostrophes", []string{`</a>; rel='prev', </b>; rel='next'`}, "/b"},
		{"several rels in apostrophes", []string{`</b>; rel='last next'; title=x`}, "/b"},
		{"an apostrophe in a token", []string{`</a>; title=rock'n'roll; rel=prev, </b>; title='n, </c>; rel=prev`, `</d>; rel='next`}, ""},
		{"a token between apostrophes and more", []string{`</b>; title='n'x; rel=next`}, "/b"},
		{"apostrophes, then blanks", []string{`</b>; rel='next' ; title='n' , </c>; rel=prev`}, "/b"},
		{"an apostrophe at its start", []string{`</b>; title='n; rel=next, </c>; title='n; rel=prev`}, "/b"},
		{"malformed", []string{`/a; rel=next`}, ""},
		{"never opened", []string{`/a>; rel=next, </b>; rel=next`}, ""},
		{"an apostrophe alone", []string{`</a>; rel='`}, ""},
		{"an escaped letter", []string{`</b>; rel="ne\xt"`}, "/b"},
		{"never closed", []string{`</a; rel=next`}, ""},
		{"garbage after", []string{`</a>; rel=next garbage`}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{"Link": tt.lines}
			if got := page.Link(h, "next"); got != tt.want {
				t.Errorf("Link() = %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzLink(f *testing.F) {
	f.Add(`<https://a.test/?page=2>; rel="next", <b>; rel=last`)
	f.Add(`<a>;rel="\`)
	f.Add(`,<>;;=`)
	f.Fuzz(func(t *testing.T, s string) {
		got := page.Link(http.Header{"Link": {s}}, "next")
		if got != "" && !strings.Contains(s, got) {
			t.Errorf("Link(%q) = %q, which is not in it", s, got)
		}
		// What we write ourselves must be found, whatever came before on its own line.
		if !strings.ContainsAny(s, "<>") && strings.TrimSpace(s) != "" {
			h := http.Header{"Link": {s, "<" + s + ">; rel=next"}}
			if got := page.Link(h, "next"); got != strings.TrimSpace(s) {
				t.Errorf("Link of <%q> = %q", s, got)
			}
		}
	})
}

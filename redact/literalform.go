package redact

import (
	"bytes"
	"net/url"
	"strings"
)

// forms returns s in the forms that it has in URLs, in JSON and in markup.
func forms(s string) []string {
	q, p := url.QueryEscape(s), url.PathEscape(s)
	list := []string{
		s, q, p, lowerHex(q), lowerHex(p), strings.ReplaceAll(q, "+", "%20"),
		jsonEscape(s, 0), jsonEscape(s, escapeSlash), jsonEscape(s, escapeHTML),
		jsonEscape(s, escapeRunes), jsonEscape(s, escapeSlash|escapeRunes),
	}
	return append(append(list, cautiousJSON(s)...), markupForms(s)...)
}

// lowerHex writes the escapes of s in lower case.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(s[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// cautiousJSON returns s as encoders write it that escape more than they must, so that the text may
// stand in a page: Gson, System.Text.Json of .NET, and PHP as its JSON_HEX options have it.
func cautiousJSON(s string) []string {
	ascii := jsonEscape(s, escapeHTML|escapeRunes)
	php := strings.NewReplacer(`\\`, `\\`, `\"`, `\u0022`, "'", `\u0027`, `\u003c`, `\u003C`, `\u003e`, `\u003E`)
	return []string{
		strings.NewReplacer("=", `\u003d`, "'", `\u0027`).Replace(jsonEscape(s, escapeHTML)),
		upperHex(strings.NewReplacer(`\\`, `\\`, `\"`, `\u0022`, "'", `\u0027`, "+", `\u002B`, "`", `\u0060`).Replace(ascii)),
		php.Replace(ascii), php.Replace(jsonEscape(s, escapeSlash|escapeHTML|escapeRunes)),
	}
}

// upperHex writes the \u escapes of s in upper case.
func upperHex(s string) string {
	b := []byte(s)
	for i := 0; i+len("u0000") < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if i++; b[i] == 'u' {
			copy(b[i+1:], bytes.ToUpper(b[i+1:i+len("u0000")]))
		}
	}
	return string(b)
}

// markupForms returns s as it is written in XML and HTML: in a text, in an attribute, and as the
// encoders of some languages and template engines write it everywhere: html/template, PHP, Python and
// React, .NET, Mustache, Handlebars.
func markupForms(s string) []string {
	plain := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
	list := []string{plain}
	for _, also := range [][]string{
		{`"`, "&quot;"},
		{`"`, "&quot;", "'", "&apos;"},
		{`"`, "&quot;", "'", "&#39;"},
		{`"`, "&#34;", "'", "&#39;"},
		{`"`, "&#34;", "'", "&#39;", "+", "&#43;"},
		{`"`, "&quot;", "'", "&#039;"},
		{`"`, "&quot;", "'", "&#x27;"},
		{`"`, "&quot;", "'", "&#x27;", "+", "&#x2B;"},
		{`"`, "&quot;", "'", "&#39;", "/", "&#x2F;", "=", "&#x3D;", "`", "&#x60;"},
		{`"`, "&quot;", "'", "&#x27;", "=", "&#x3D;", "`", "&#x60;"},
	} {
		list = append(list, strings.NewReplacer(also...).Replace(plain))
	}
	return list
}

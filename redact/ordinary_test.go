package redact

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// ordinary makes the nth of many bodies without a secret: pages, programs, tables and data as they
// are on the web, with words, numbers, hashes, ids and dates. Many mention passwords and tokens.
func ordinary(n int) (contentType, body string) {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	word := func() string {
		return pick("token", "password", "secret", "basic", "bearer", "session", "key", "auth", "cookie", "value", "name", "item", "user", "pikachu",
			"data", "index", "page", "café", "日本", "sk-fading-circle", "hf_hub_download_path", "SG.prototype", "eyJ", "AKIA", "npm_package_config")
	}
	hash := func() string { return hex.EncodeToString(random(pick2(r, 16, 20, 32))) }
	uuid := func() string {
		h := hex.EncodeToString(random(16))
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	id := func() string {
		return pick(hash(), uuid(), strconv.FormatUint(r.Uint64(), 10), "01ARZ3NDEKTSV4RRFFQ69G5FAV", "sha256:"+hash(), base64.StdEncoding.EncodeToString(random(40)), "v1.2.3-rc1", "2024-05-01T12:00:00Z")
	}
	link := func() string {
		return pick("https://h.example/", "http://cdn.example.com/a/b-c/", "//h.example/") + pick("app.min.js", "images/25.png", word()+"/"+strconv.Itoa(r.IntN(1000))) +
			pick("", "?page=2", "?v="+strconv.Itoa(r.IntN(99)), "#"+pick("top", "install"), "?page_token=abc&limit=20")
	}
	var b strings.Builder
	kinds := []struct {
		contentType string
		line        func()
		first, last string
	}{
		{"text/html", func() {
			fmt.Fprintf(&b, `<div class="%s" id="%s"><a href="%s">%s: %s</a><p title='%s'>%s = %s &amp; %s</p></div>`+"\n", word(), id(), link(), word(), word(), word(), word(), word(), word())
			fmt.Fprintf(&b, `<label for="password">Password</label><input type="password" name="password" placeholder="%s"><input type=submit name=token value="Send %s">`+"\n", word(), word())
			fmt.Fprintf(&b, "<script>var token=%s||'%s';if(a<b&&c>d){password:%d}</script>\n", "window.t", word(), r.IntN(9))
		}, "<!DOCTYPE html>\n<html><head><meta name=\"viewport\" content=\"width=device-width\">\n", "</html>\n"},
		{"text/javascript", func() {
			fmt.Fprintf(&b, `!function(e,t){var n={token:e.%s,password:"%s",key:'%s'};return n.token=t?"a":"b",/[a-z]+:\/\/%s/.test(e)&&t("%s")}(%s);`, "x", word(), word(), "x", link(), "a.b.c.d")
		}, "", "\n//# sourceMappingURL=app.min.js.map\n"},
		{"text/csv", func() { fmt.Fprintf(&b, "%s,%s,\"%s, %s\",%d\r\n", id(), word(), word(), word(), r.IntN(1e6)) }, "id,token,password,name,n\r\n", ""},
		{"application/xml", func() {
			fmt.Fprintf(&b, "  <item id=\"%s\" kind='%s'><name>%s</name><link>%s</link><nextToken/><key>%s</key><pageToken>%s</pageToken></item>\n", id(), word(), word(), link(), word(), id())
		}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- <password>none</password> -->\n<items>\n", "</items>\n"},
		{"application/json", func() {
			fmt.Fprintf(&b, `{"id": "%s","name":"%s","value":"%s","key":"%s %s","n":%v,"ok":true,"x":null,"url":"%s","tags":["%s",["%s"]],"max_tokens":%d,"page_token":"%s","code":"US","text":"a \"%s\" & b=c"},`,
				id(), pick("color", "size", "Reset password"), word(), word(), word(), r.Float64(), link(), word(), id(), r.IntN(9), id(), word())
		}, "[", "{}]\n"},
		{"text/event-stream", func() {
			fmt.Fprintf(&b, "id: %d\nevent: %s\ndata: {\"delta\":\"%s \",\"id\":\"%s\"}\n\n: ping\n\n", r.IntN(99), word(), word(), id())
		}, "", "data: [DONE]\n\n"},
		{"text/plain", func() {
			fmt.Fprintf(&b, "func %s(token string, n int) error {\n\tpassword := os.Getenv(\"%s\") // %s: %s\n\tif token == \"\" || n < %d {\n\t\treturn fmt.Errorf(\"%s: %%v\", token)\n\t}\n}\n", "f", word(), word(), word(), r.IntN(9), word())
		}, "package main\n\n", ""},
		{"text/yaml", func() {
			fmt.Fprintf(&b, "- name: %s\n  value: %s\n  key: %s %s\n  max_tokens: %d\n  page_token: %s\n  text: |\n    the password is %s\n  tags: [%s, {a: %s}] # token: %s\n  image: h.example/app@sha256:%s\n",
				pick("color", "size", "Reset password"), word(), word(), word(), r.IntN(9), id(), word(), word(), word(), word(), hash())
		}, "items:\n", ""},
		{"application/octet-stream", func() { b.Write(random(64)) }, "\x00\x01", ""},
		{"text/css", func() { fmt.Fprintf(&b, ".%s{background:url(%s);content:\"%s\"}", "token", link(), word()) }, "@charset \"utf-8\";", ""},
		{"text/markdown", func() {
			fmt.Fprintf(&b, "- [%s](%s) `%s=%s`, see **%s**: <%s>\n", word(), link(), word(), word(), word(), link())
		}, "# Tokens and passwords\n\n", ""},
	}
	k := kinds[n%len(kinds)]
	b.WriteString(k.first)
	for range 1 + r.IntN(12) {
		k.line()
	}
	b.WriteString(k.last)
	contentType = k.contentType
	if r.IntN(3) == 0 { // servers do not know the type either
		contentType = pick("", "text/plain", "application/octet-stream")
	}
	return contentType, b.String()
}

func pick2(r *rand.Rand, list ...int) int { return list[r.IntN(len(list))] }

func TestTwoThousandOrdinaryBodiesKeepTheirBytes(t *testing.T) {
	masked := 0
	for n := range 2000 {
		contentType, body := ordinary(n)
		if got := string((*Redactor)(nil).Body(contentType, []byte(body))); got != body {
			if masked++; masked <= 5 {
				i := 0
				for got[i] == body[i] {
					i++
				}
				t.Errorf("body %d, %q: %.80q became %.80q", n, contentType, body[max(i-40, 0):], got[max(i-40, 0):])
			}
		}
	}
	if masked > 0 {
		t.Errorf("%d of 2000 ordinary bodies were changed", masked)
	}
	// The control: each text body gets a secret, which is masked.
	for n := range 200 {
		contentType, body := ordinary(n)
		if strings.HasPrefix(body, "\x00") || strings.HasPrefix(body, "[") { // JSON has nothing after it
			continue
		}
		if got := string((*Redactor)(nil).Body(contentType, []byte(body+"\n"+plantedJWT+"\n"))); strings.Contains(got, plantedJWT) {
			t.Errorf("body %d, %q: a token at its end survives", n, contentType)
		}
	}
}

// A text in which nothing may be secret costs no allocation, however long it is. A URL with
// parameters costs some, since they are read.
func TestAnOrdinaryTextAllocatesNothing(t *testing.T) {
	for _, text := range []string{
		"<!DOCTYPE html><div class='token'>password: x <a href='https://h/a/b-c'>secret</a></div>",
		"<?xml version='1.0'?><items><item id='1'><name>token</name><link>http://h/a</link></item></items>",
		"function f(token) { return token.password || 'eyJ.a.b' }", "id,token\n1,2\n", `{"id":1,"name":"pikachu","ok":[1,2,{"a":"b"}]}`,
		"data: {\"id\":1}\n\n",
	} {
		b := []byte(strings.Repeat(text, 100))
		for _, kind := range []string{"", "text/plain"} {
			want := testing.AllocsPerRun(20, func() { (*Redactor)(nil).Body(kind, []byte("x")) })
			if n := testing.AllocsPerRun(20, func() { (*Redactor)(nil).Body(kind, b) }); n > want {
				t.Errorf("%.20q as %q: %v allocations, want %v", text, kind, n, want)
			}
		}
	}
}

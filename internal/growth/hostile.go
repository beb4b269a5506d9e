package growth

import (
	"encoding/base64"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
)

// Literal is a secret that the functions under test may know.
const Literal = "literal/secret+1"

// An Input makes texts of one kind in any length.
type Input struct {
	Name string
	Make func(n int) string // n bytes, or nearly so
}

// Repeat returns an input that repeats one text.
func Repeat(text string) Input { return Between("", text, "") }

// Between returns an input that repeats one text between two others.
func Between(before, text, after string) Input {
	name := before + text + text + "..." + after
	if len(name) > 60 {
		name = name[:60]
	}
	return Input{fmt.Sprintf("%q", name), func(n int) string {
		return before + strings.Repeat(text, max(n/len(text), 1)) + after
	}}
}

// Hostile calls Linear with every function and with texts that repeat one separator, or something
// that a reader of headers and bodies looks for. A function that reads to the end of the text at
// each repetition takes quadratic time. Some inputs contain [Literal] in base64. Unless the long
// tests are wanted, each function gets a tenth of the inputs.
func Hostile(t *testing.T, functions map[string]func(s string)) {
	t.Helper()
	list := inputs()
	// As in check, but for all inputs, so that the memory one has used is used again for the next.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	for name, f := range functions {
		t.Run(name, func(t *testing.T) {
			for i, in := range list {
				if thorough() || (i+len(name))%10 == 0 {
					Linear(t, in, f)
				}
			}
		})
	}
}

func inputs() []Input {
	base64 := base64.StdEncoding.EncodeToString([]byte(Literal))
	var list []Input
	for _, s := range []string{
		";", "&", "=", "%", `"`, `\`, ",", "<", ">", "{", "[", ":", "/", "?", "#", " ", "\n", "@", "-", "\x1b",
		"://", "http://", `http:\/\/`, "http://a@", "%25", `\"`, `\u0022`, "\x1b]", "\u009d", "{{}",
		"a=;", "a=b;", ";=", ";;&", "a=b&", "<a>;", "<a>,", `<a>;b="`, `<a b="`, "<a", "<!--", "<![CDATA[", "</",
		`{"a":`, `{"a":"`, `"a","b",`, `{"name":"a",`, `{"name":"password",`, `{"value":"a",`, `"{\"a\":`,
		"data: {", "data: {\"a\":\n", "token ", "token: ", "token=", `"token":`, "Cookie: ", "Authorization: Digest ", "Bearer ", "basic ", "basic/", "bearer/",
		"basic:", "bot1:", "bot:", "eyJ", "eyJ.", "eyJa ", "eyJa.b", "sk_live_", "sk-", "ghp_a-", "1h", "1,", "1.", "r=0;t=1,", `"a";r=0;t=1,`,
		base64, base64 + " ", "a" + base64,
		"--b", "\r\n\r\n", "--b\r\nContent-Disposition: form-data; name=password\r\n\r\n", "\xff", "\u202e",
		"a.b.c.", `a\`, "key=http://h/?a;", `x={"a":"http://h/?`, "<input name=csrf ", "<input type=hidden ", "<password>", "<password ", "{a}",
		"a%3A%2F%2F", "%3A%2F%2F(", `a:\/\/ `, "<name>token</name><value>", "<value><a>b</a></value><name>token</name>", "<value><name>token</name>", `<a>{"a":`, `<a name="token">b`, "<a>{&quot;",
		`"\x41`, `"a\x41": `, "a: \"\\x41\"\n",
	} {
		list = append(list, Repeat(s))
	}
	return append(
		list,
		Between("/?", ";", ""), Between("http://h/?a=b", ";", "="), Between("http://h/", "/", ""), Between("http://h/", ";", ""), Between("http://h/#", "&", ""),
		Between("<", "<", ">"), Between("{", "{", "}"), Between(`{"password":"`, `\`, `"`), Between(`{"password":[`, "[", "]"), Between(`"`, " ", ":"),
		Between("data: ", `{"a":"b"}`, ""), Between("", `{"a":"b"}`+"\n", ""), Between("<a>", "<b>c</b>", "</a>"),
		Between("Digest ", `a="b", `, ""), Between("eyJ", "a", ""), Between("eyJ", "a.", ""), Between("http:", "/", "@"), Between("http://a:b", ":", "@"),
		Between("token=", " ", ""), Between("token: ", "(", ""), Between("[", `"http://h/?token=a",`, "]"), Between("u=", "%25", ""),
		Between("<form>", "<input type=hidden name=csrf value=a>", "</form>"), Between("[", `{"name":"password","value":"a"},`, "]"),
		Between("a", "b", "=c"), Between("<", "a", ">"), Between("a", " ", ";"),
		Input{"nested", func(n int) string { return strings.Repeat(`{"a":[`, n/8) + strings.Repeat("]}", n/8) }},
		Input{"mixed", func(n int) string {
			text := `;&=%"\,<{[://http://` + base64 + `{"a":"b"}eyJ.a.token=b;`
			return strings.Repeat(text, n/len(text))
		}},
	)
}

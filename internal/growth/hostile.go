package growth

import "strings"

// Hostile are texts of one separator, or of what a reader of headers and bodies looks
// for, again and again: those that a function reads to the end for each of them, if it
// does so for any. secret is put into some in base64; it is a literal that the reader knows.
func Hostile(base64 string) []Input {
	var list []Input
	for _, s := range []string{
		";", "&", "=", "%", `"`, `\`, ",", "<", ">", "{", "[", ":", "/", "//", "?", "#", " ", "\n", "'", "@", "-", ".", "\x1b",
		"://", "http://", `http:\/\/`, "http://a@", "%25", "%3D", `\"`, `\u0022`, "\x1b]", "\u009d", "[{", "{{}",
		"a;", "a=", "a=;", "a=b;", ";=", ";;&", "&;=", "a=b&", "<a>;", "<a>,", `<a>;b="`, `<a b="`, "<a", "<!--", "<![CDATA[", "</",
		`{"a":`, `{"a":"`, `[{"a":[`, `"a","b",`, `{"name":"a",`, `{"name":"password",`, `"name":"password"`, `{"value":"a",`, `"{\"a\":`,
		"data: {", "data: {\"a\":\n", "event: a\n", "token ", "token: ", "token=", `"token":`, "Cookie: ", "Authorization: Digest ", "Bearer ", "basic ", "basic/", "bearer/",
		"basic:", "bot1:", "bot:", "eyJ", "eyJ.", "eyJa.", "eyJa ", "eyJa.b", "sk_live_", "sk-", "ghp_", "AKIA", "ghp_a-", "1h", "1", "1,", "1.", "r=0;t=1,", `"a";r=0;t=1,`,
		base64, base64 + " ", base64 + "=", "a" + base64,
		"--b", "--b\r\n", "\r\n\r\n", "--b\r\nContent-Disposition: form-data; name=password\r\n\r\n", "é", "\xff", "\u202e",
		"&lt;", "a.b.c.", `a\`, "key=http://h/?a;", `x={"a":"http://h/?`, "<input name=csrf ", "<input type=hidden ", "<password>", "<password ", "{a}",
	} {
		if s != "" {
			list = append(list, Repeat(s))
		}
	}
	return append(
		list,
		Between("/?", ";", ""), Between("http://h/?a=b", ";", "="), Between("http://h/", "/", ""), Between("http://h/", ";", ""), Between("http://h/#", "&", ""),
		Between("<", "<", ">"), Between("{", "{", "}"), Between(`{"password":"`, `\`, `"`), Between(`{"password":[`, "[", "]"), Between(`"`, " ", ":"),
		Between("{", `"a":{`, ""), Between("data: ", `{"a":"b"}`, ""), Between("", `{"a":"b"}`+"\n", ""), Between("<a>", "<b>c</b>", "</a>"),
		Between("Digest ", `a="b", `, ""), Between("eyJ", "a", ""), Between("eyJ", "a.", ""), Between("http:", "/", "@"), Between("http://a:b", ":", "@"),
		Between("token=", " ", ""), Between("token: ", "(", ""), Between("token", " ", "="), Between("[", `"http://h/?token=a",`, "]"), Between("u=", "%25", ""),
		Between("<form>", "<input type=hidden name=csrf value=a>", "</form>"), Between("[", `{"name":"password","value":"a"},`, "]"),
		Between("a=", "b", ""), Between("a", "b", "=c"), Between("<", "a", ">"), Between("a", " ", ";"),
		Input{"nested", func(n int) string { return strings.Repeat(`{"a":[`, n/8) + strings.Repeat("]}", n/8) }},
		Input{"mixed", func(n int) string {
			return strings.Repeat(`;&=%"\,<{[://http://`+base64+`{"a":"b"}eyJ.a.token=b;`, n/(42+len(base64))+1)
		}},
	)
}

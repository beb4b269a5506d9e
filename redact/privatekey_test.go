package redact_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

const keyText = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"

// A private key may have any label, and may be in files, in JSON and in pages.
func TestPrivateKeysAreMasked(t *testing.T) {
	r := redact.New(redact.Rules{})
	for name, c := range map[string]struct{ kind, body, want string }{
		"file": {
			"text/plain", "a\n-----BEGIN RSA PRIVATE KEY-----\n" + keyText + "\n" + keyText + "\n-----END RSA PRIVATE KEY-----\nb\n",
			"a\n-----BEGIN RSA PRIVATE KEY-----REDACTED-----END RSA PRIVATE KEY-----\nb\n",
		},
		"no type": {"", "-----BEGIN PRIVATE KEY-----\r\n" + keyText + "\r\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----REDACTED-----END PRIVATE KEY-----"},
		"JSON": {
			"application/json", `{"k":"-----BEGIN EC PRIVATE KEY-----\n` + keyText + `\n-----END EC PRIVATE KEY-----\n","n":1}`,
			`{"k":"-----BEGIN EC PRIVATE KEY-----REDACTED-----END EC PRIVATE KEY-----\n","n":1}`,
		},
		"JSON in a string": {
			"application/json", `{"s":"{\"k\":\"-----BEGIN PRIVATE KEY-----\\n` + keyText + `\\n-----END PRIVATE KEY-----\\n\"}"}`,
			`{"s":"{\"k\":\"-----BEGIN PRIVATE KEY-----REDACTED-----END PRIVATE KEY-----\\n\"}"}`,
		},
		"cut off in a string": {
			"application/json", `{"s":"{\"k\":\"-----BEGIN PRIVATE KEY-----\\n` + keyText + `\"}","n":1}`,
			`{"s":"{\"k\":\"-----BEGIN PRIVATE KEY-----REDACTED\"}","n":1}`,
		},
		"YAML": {
			"application/yaml", "k: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  " + keyText + "\n  -----END OPENSSH PRIVATE KEY-----\n",
			"k: |\n  -----BEGIN OPENSSH PRIVATE KEY-----REDACTED-----END OPENSSH PRIVATE KEY-----\n",
		},
		"PGP": {"text/plain", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + keyText + "\n-----END PGP PRIVATE KEY BLOCK-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----REDACTED-----END PGP PRIVATE KEY BLOCK-----"},
		"form": {
			"application/x-www-form-urlencoded", "k=" + url.QueryEscape("-----BEGIN PRIVATE KEY-----\n"+keyText+"\n-----END PRIVATE KEY-----") + "&n=1",
			"k=-----BEGIN+PRIVATE+KEY-----REDACTED-----END+PRIVATE+KEY-----&n=1",
		},
		"form of another encoder": {
			"application/x-www-form-urlencoded", "k=" + url.PathEscape("-----BEGIN EC PRIVATE KEY-----\n"+keyText+"\n-----END EC PRIVATE KEY-----") + "&n=1",
			"k=-----BEGIN%20EC%20PRIVATE%20KEY-----REDACTED-----END%20EC%20PRIVATE%20KEY-----&n=1",
		},
		"cut off in a form": {"application/x-www-form-urlencoded", "k=-----BEGIN+PRIVATE+KEY-----%0A" + keyText + "&n=1", "k=-----BEGIN+PRIVATE+KEY-----REDACTED&n=1"},
		"page":              {"text/html", "<pre>-----BEGIN PRIVATE KEY-----\n" + keyText + "</pre>", "<pre>-----BEGIN PRIVATE KEY-----REDACTED</pre>"},
		"part": {
			"multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"k.pem\"\r\n\r\n-----BEGIN PRIVATE KEY-----\n" + keyText + "\n-----END PRIVATE KEY-----\n\r\n--X--\r\n",
			"--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"k.pem\"\r\n\r\n-----BEGIN PRIVATE KEY-----REDACTED-----END PRIVATE KEY-----\n\r\n--X--\r\n",
		},
	} {
		got := string(r.Body(c.kind, []byte(c.body)))
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if again := string(r.Body(c.kind, []byte(got))); again != got {
			t.Errorf("%s: masked again %q", name, again)
		}
	}
	for _, ordinary := range []string{
		"-----BEGIN CERTIFICATE-----\n" + keyText + "\n-----END CERTIFICATE-----\n",
		"-----BEGIN PUBLIC KEY-----\n" + keyText + "\n-----END PUBLIC KEY-----\n",
		`{"begin":"-----BEGIN PRIVATE KEY-----","then":"` + keyText + `"}`,
		"paste what follows -----BEGIN PRIVATE KEY----- here",
		"-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "PRIVATE KEY-----BEGIN",
	} {
		if got := string(r.Body("", []byte(ordinary))); got != ordinary {
			t.Errorf("%q became %q", ordinary, got)
		}
	}
	if got := redact.Text("it says -----BEGIN PRIVATE KEY-----\n" + keyText + "\n-----END PRIVATE KEY-----"); strings.Contains(got, keyText) {
		t.Errorf("text: %s", got)
	}
}

// A key may be sent in a URL or in a header, where it is in one line.
func TestPrivateKeysInURLsAndHeadersAreMasked(t *testing.T) {
	const begin, end = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
	escaped := url.QueryEscape(begin + "\n" + keyText + "\n" + end)
	u := "https://a.test/x?k=" + escaped + "&n=1"
	const want = "https://a.test/x?k=-----BEGIN+PRIVATE+KEY-----REDACTED-----END+PRIVATE+KEY-----&n=1"
	r := redact.New(redact.Rules{})
	if got := r.Location(u); got != want {
		t.Errorf("location: %s", got)
	}
	if got, want := r.Error(&url.Error{Op: "Get", URL: u, Err: errors.New("boom")}), `Get "`+want+`": boom`; got != want {
		t.Errorf("error: %s, want %s", got, want)
	}
	if got, want := r.Text("from "+u+" on"), "from "+want+" on"; got != want {
		t.Errorf("text: %s, want %s", got, want)
	}
	for name, value := range map[string]string{
		"X-Client":  begin + " " + keyText + " " + end,
		"X-Escaped": url.PathEscape(begin + "\n" + keyText + "\n" + end),
		"Referer":   u,
		"Location":  "/x?k=" + escaped,
	} {
		h := r.Headers(http.Header{name: {value}})
		got := h.Get(name)
		if strings.Contains(got, keyText) || !strings.Contains(got, "KEY-----REDACTED-----END") {
			t.Errorf("%s: %s", name, got)
		}
		if again := r.Headers(h).Get(name); again != got {
			t.Errorf("%s: masked again %s", name, again)
		}
	}
}

// Invisible characters may be inside the label of a key.
func TestAKeyWhoseLabelIsSplitByWhatIsNotSeenIsMasked(t *testing.T) {
	r := redact.New(redact.Rules{})
	for _, unseen := range []string{"", "\x7f", "\u200b", "\x1b[0m"} {
		text := "key: -----BEGIN PRIV" + unseen + "ATE KEY-----\n" + keyText + "\n-----END PRIV" + unseen + "ATE KEY-----"
		got := r.Text(text)
		if strings.Contains(got, keyText[:8]) {
			t.Errorf("with %q in it: %q", unseen, got)
		}
		if again := r.Text(got); again != got {
			t.Errorf("%q, then %q", got, again)
		}
	}
}

// The digits of an escape are not part of a key. A text that is not a key does not become one in a
// URL that has escaped it.
func TestWhatIsNoKeyIsNoneOnceItIsEscaped(t *testing.T) {
	const text = "-----BEGIN PRIVATE KEY----- fourteenletter"
	r := redact.New(redact.Rules{})
	if got := r.Location(text); !strings.HasSuffix(got, "%20fourteenletter") || r.Location(got) != got {
		t.Errorf("%q, then %q", got, r.Location(got))
	}
	if got := r.Location(text + "er"); !strings.HasSuffix(got, "-----"+redact.Mask) {
		t.Errorf("the control, with 16: %q", got)
	}
}

package replay_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

// vault responds with a password to every request.
func vault() *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, `{"data":{"password":"hunter2hunter2"}}`)
		resp.Header = http.Header{"Content-Type": {"application/json"}, "X-Vault-Token": {"hvs.headersecret"}, "Content-Length": {"38"}}
		return resp, nil
	}}
}

func TestASecretsAPIKeepsItsPayloadWhereItIsNamed(t *testing.T) {
	const plain, masked = `{"data":{"password":"hunter2hunter2"}}`, `{"data":{"password":"REDACTED"}}`
	for _, name := range stores() {
		for _, c := range []struct {
			keep []string
			url  string
			body string
		}{
			{nil, "https://vault.test:8200/v1/kv/data/a", masked},
			{[]string{"vault.test"}, "https://vault.test:8200/v1/kv/data/a", plain},
			{[]string{"vault.test:8200"}, "https://vault.test:8200/v1/kv/data/a", plain},
			{[]string{"vault.test:8201"}, "https://vault.test:8200/v1/kv/data/a", masked},
			{[]string{"vault.test"}, "https://api.vault.test/v1/kv/data/a", masked},
			{[]string{"GET /v1/kv/data/{path...}"}, "https://vault.test/v1/kv/data/a/b", plain},
			{[]string{"POST /v1/kv/data/{path...}"}, "https://vault.test/v1/kv/data/a/b", masked},
			{[]string{"GET /v1/kv/data/{path...}"}, "https://vault.test/v1/auth/login", masked},
		} {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{KeepSecrets: c.keep})
			want(t, tape.Wrap(vault()), c.url, 200, plain)
			closeTape(t, tape)
			kept := int64(0)
			if c.body == plain {
				kept = 1
			}
			if s := tape.Stats(); s.Unmasked != kept || s.Masked != 1-kept {
				t.Errorf("keep %q, %s: %+v, want %d unmasked", c.keep, c.url, s, kept)
			}
			resp, err := openReplay(t, path).Wrap(noNetwork(t)).RoundTrip(request(t, "GET", c.url, ""))
			if err != nil {
				t.Fatal(err)
			}
			ledger := layer.CallOf(resp).String()
			if strings.Contains(ledger, "secrets in the body masked") == (kept == 1) {
				t.Errorf("keep %q: ledger %s", c.keep, ledger)
			}
			if int(resp.ContentLength) != len(c.body) || resp.Header.Get("X-Vault-Token") != redact.Mask {
				t.Errorf("keep %q: length %d, header %v", c.keep, resp.ContentLength, resp.Header)
			}
			_ = resp.Body.Close()
			want(t, openReplay(t, path).Wrap(noNetwork(t)), c.url, 200, c.body)
		}
	}
}

func TestARegisteredLiteralIsNotKept(t *testing.T) {
	for _, packed := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "t.json")
		tape := open(t, path, replay.Options{
			KeepSecrets: []string{"vault.test"}, Redact: redact.Rules{Literals: []string{"hunter2hunter2"}},
		})
		base := vault()
		if packed {
			base = &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				var b bytes.Buffer
				z := gzip.NewWriter(&b)
				_, _ = z.Write([]byte(`{"data":{"password":"hunter2hunter2"}}`))
				_ = z.Close()
				resp := respond(req, 200, b.String())
				resp.Header.Set("Content-Encoding", "gzip")
				return resp, nil
			}}
		}
		get(t, tape.Wrap(base), "https://vault.test/a")
		if err := tape.Close(); !errors.Is(err, replay.ErrSecret) || tape.Stats().Withheld != 1 {
			t.Errorf("packed %v: %v, %+v, want it withheld", packed, err, tape.Stats())
		}
		if b, _ := os.ReadFile(path); strings.Contains(string(b), "hunter2") {
			t.Error("the literal is on the tape")
		}
	}
}

func TestKeepSecretsIsExplained(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{KeepSecrets: []string{"vault.test"}})
	p := &transport.Plan{Sends: 1}
	tape.Explain(p)
	if text := p.String(); !strings.Contains(text, "secrets in responses of vault.test are recorded unmasked") {
		t.Error(text)
	}
}

func TestKeepSecretsPanicsOnNonsense(t *testing.T) {
	for _, s := range []string{"", "GET /{", "/{a}/{a}"} {
		func() {
			defer func() {
				if v, _ := recover().(string); !strings.Contains(v, "Options.KeepSecrets") {
					t.Errorf("%q: %v", s, v)
				}
			}()
			_, _ = replay.Open(t.TempDir()+"/t.json", replay.Options{KeepSecrets: []string{s}})
		}()
	}
}

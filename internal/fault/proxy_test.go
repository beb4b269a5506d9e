package fault

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func proxy(t *testing.T, c ProxyConfig) (*Proxy, *http.Client) {
	t.Helper()
	p, err := StartProxy(c)
	if err != nil {
		t.Fatal(err)
	}
	return p, client(t, p.Close)
}

// mirror responds with the method, host, URI and body of the request.
var mirror = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "body", 400)
		return
	}
	w.Header().Set("X-Encoding", r.Header.Get("Accept-Encoding"))
	w.Header().Set("X-Forwarded-Seen", r.Header.Get("X-Forwarded-For"))
	fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.URL.RequestURI(), b)
})

func TestAProxyPassesARequestUnchanged(t *testing.T) {
	target, _ := serve(t, mirror)
	p, c := proxy(t, ProxyConfig{Target: target.URL + "/base"})
	req, err := http.NewRequestWithContext(t.Context(), "PUT", p.URL+"/a%2Fb?x=1&x=%20", strings.NewReader("payload"))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "signed.example"
	req.Header.Set("Accept-Encoding", "br")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if want := "PUT signed.example /base/a%2Fb?x=1&x=%20 payload"; err != nil || string(b) != want {
		t.Errorf("%q, %v: want %q", b, err, want)
	}
	if resp.Header.Get("X-Encoding") != "br" || resp.Header.Get("X-Forwarded-Seen") != "" {
		t.Errorf("%v", resp.Header)
	}
}

func TestAProxyInjectsAndRecordsFaults(t *testing.T) {
	log := NewLog(0)
	target, _ := serve(t, log.Wrap(mirror))
	p, c := proxy(t, ProxyConfig{
		Target: target.URL, Routes: []string{"POST /charges"},
		Plan: Plan{Scripts: []Script{{Route: "POST /charges", Faults: []Fault{Status(503), Reset(), Truncate(3), Pass(), Redirect(307, "")}}}},
	})
	var got []string
	for range 4 {
		req, err := http.NewRequestWithContext(t.Context(), "POST", p.URL+"/charges", strings.NewReader("amount=1"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Idempotency-Key", "same")
		resp, err := c.Do(req)
		if err != nil {
			got = append(got, fmt.Sprint("reset ", errors.Is(err, syscall.ECONNRESET)))
			continue
		}
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		got = append(got, fmt.Sprint(resp.StatusCode, " ", err))
	}
	want := []string{"503 <nil>", "reset true", "200 unexpected EOF", "200 <nil>"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("client saw %q: want %q", got, want)
	}
	for i, r := range p.Log.Records() {
		status := []int{503, 0, 200, 200}[i]
		kind := []Kind{KindStatus, KindReset, KindTruncate, KindPass}[i]
		if r != (Record{Route: "POST /charges", Method: "POST", Path: "/charges", Key: "same", Status: status, Fault: kind}) {
			t.Errorf("record %d: %+v", i, r)
		}
	}
	// Truncate lets the server behind the proxy do its work. 503 and reset do not.
	if p.Log.Requests()["POST /charges"] != 4 || log.Total() != 2 || p.Faults.Injected() != 3 {
		t.Errorf("arrived %v, behind %d, injected %d", p.Log.Requests(), log.Total(), p.Faults.Injected())
	}
	// 307 to itself, then through.
	resp, err := c.Post(p.URL+"/charges", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if p.Log.Statuses()["POST /charges"][307] != 1 || resp.StatusCode != 200 {
		t.Errorf("%v, %d", p.Log.Statuses(), resp.StatusCode)
	}
}

func TestProxyQuota(t *testing.T) {
	target, _ := serve(t, text("ok"))
	p, c := proxy(t, ProxyConfig{Target: target.URL, Quota: Limit{N: 1, Per: time.Hour}})
	for _, want := range []int{200, 429} {
		if resp, _, err := fetch(c, p.URL); err != nil || resp.StatusCode != want {
			t.Errorf("%v %v: want %d", resp, err, want)
		}
	}
	if p.Quota.Counts().Violations != 1 {
		t.Errorf("%+v", p.Quota.Counts())
	}
}

func TestAProxyPassesUpgrades(t *testing.T) {
	target, _ := serve(t, always(Upgrade(), text("")))
	p, c := proxy(t, ProxyConfig{Target: target.URL})
	req, err := http.NewRequestWithContext(t.Context(), "GET", p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "parrot")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	rw, ok := resp.Body.(io.ReadWriter)
	if !ok || resp.StatusCode != 101 {
		t.Fatalf("%d, %T", resp.StatusCode, resp.Body)
	}
	b := make([]byte, 4)
	if _, err := rw.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(rw, b); err != nil || string(b) != "ping" {
		t.Errorf("%q %v", b, err)
	}
	if st := p.Log.Statuses()[Other]; st[101] != 1 || len(st) != 1 {
		t.Errorf("%v", st)
	}
}

func TestAProxyWithoutATargetRespondsWith502(t *testing.T) {
	target, err := Start(text(""))
	if err != nil {
		t.Fatal(err)
	}
	p, c := proxy(t, ProxyConfig{Target: target.URL})
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
	if resp, _, err := fetch(c, p.URL); err != nil || resp.StatusCode != 502 {
		t.Errorf("%v %v: want 502", resp, err)
	}
	for _, target := range []string{"", "127.0.0.1:1", "ftp://127.0.0.1", "http://", "http://\x00"} {
		if _, err := StartProxy(ProxyConfig{Target: target}); err == nil || !strings.HasPrefix(err.Error(), "fault: ") {
			t.Errorf("target %q: %v", target, err)
		}
	}
}

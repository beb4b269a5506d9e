package hook_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func Example() {
	base := roundtriptest.Script(roundtriptest.Step{Status: 404, Body: "no"})
	client := &http.Client{Transport: gracy.Around(base, hook.New(hook.Hooks{
		Before: func(_ context.Context, req *http.Request) error {
			req.Header.Set("X-Request-Id", "42")
			return nil
		},
		After: func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			fmt.Println("attempt", o.Attempt.Number(), "is", o.Verdict, o.Response.StatusCode)
			return nil, nil
		},
	}))}
	resp, err := client.Get("http://api.test/things/7")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println("sent with", base.Calls()[0].Header.Get("X-Request-Id"))
	// Output:
	// attempt 1 is permanent 404
	// sent with 42
}

// An error of Before is a veto.
func Example_veto() {
	errReadOnly := errors.New("read only")
	client := &http.Client{Transport: gracy.Around(roundtriptest.Script(), hook.New(hook.Hooks{
		Before: func(_ context.Context, req *http.Request) error {
			if req.Method != http.MethodGet {
				return errReadOnly
			}
			return nil
		},
	}))}
	_, err := client.Post("http://api.test/things", "text/plain", nil)
	fmt.Println(errors.Is(err, errReadOnly))
	fmt.Println(err)
	// Output:
	// true
	// Post "http://api.test/things": hook: vetoed: read only
}

// To sign a request, read a copy of its body. Inside retry each attempt is signed again.
func Example_sign() {
	base := roundtriptest.Script(roundtriptest.Step{Status: 503}, roundtriptest.Step{})
	sign := func(_ context.Context, req *http.Request) error {
		if req.GetBody == nil {
			return errors.New("a body that can be read once only cannot be signed")
		}
		body, err := req.GetBody()
		if err != nil {
			return err
		}
		defer body.Close()
		mac := hmac.New(sha256.New, []byte("key"))
		if _, err := io.Copy(mac, body); err != nil {
			return err
		}
		req.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)[:4]))
		return nil
	}
	client := &http.Client{Transport: gracy.Around(base, retry.New(retry.Policy{Delay: retry.NoDelay}), hook.New(hook.Hooks{Before: sign}))}
	req, err := http.NewRequest(http.MethodPut, "http://api.test/things/7", strings.NewReader("a thing"))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	for _, call := range base.Calls() {
		fmt.Println(string(call.Body), call.Header.Get("X-Signature"))
	}
	// Output:
	// a thing 86f3490f
	// a thing 86f3490f
}

// A hook that replaces a body also sets its length, and how to read it again.
func Example_pack() {
	base := roundtriptest.Script(roundtriptest.Step{Status: 503}, roundtriptest.Step{})
	pack := func(_ context.Context, req *http.Request) error {
		if req.Body == nil || req.Body == http.NoBody {
			return nil
		}
		defer req.Body.Close()
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := io.Copy(w, req.Body); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		req.Header.Set("Content-Encoding", "gzip")
		req.ContentLength = int64(packed.Len())
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil }
		req.Body, _ = req.GetBody()
		return nil
	}
	client := &http.Client{Transport: gracy.Around(base, hook.New(hook.Hooks{Before: pack}), retry.New(retry.Policy{Delay: retry.NoDelay}))}
	req, err := http.NewRequest(http.MethodPut, "http://api.test/things/7", strings.NewReader("a thing"))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	for _, call := range base.Calls() {
		r, err := gzip.NewReader(bytes.NewReader(call.Body))
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(r)
		fmt.Println(string(body), err)
	}
	// Output:
	// a thing <nil>
	// a thing <nil>
}

package rttest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

func post(t *testing.T, body *rttest.CountingBody) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestRespondReadsAndClosesTheRequestBody(t *testing.T) {
	body := &rttest.CountingBody{Reader: strings.NewReader("upload")}
	resp, err := rttest.RespondHeader(202, "done", "X-A", "1", "X-A", "2").RoundTrip(post(t, body))
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := body.Read(make([]byte, 1)); left != 0 || body.Closed != 1 {
		t.Errorf("%d bytes are left, closed %d times", left, body.Closed)
	}
	if a := resp.Header.Values("X-A"); resp.StatusCode != 202 || len(a) != 2 || resp.ContentLength != 4 || rttest.Read(t, resp) != "done" {
		t.Errorf("response %d, header %q, length %d", resp.StatusCode, a, resp.ContentLength)
	}
}

func TestFailClosesTheRequestBody(t *testing.T) {
	body := &rttest.CountingBody{Reader: strings.NewReader("upload")}
	_, err := rttest.Fail(rttest.ErrBoom).RoundTrip(post(t, body))
	if !errors.Is(err, rttest.ErrBoom) || body.Closed != 1 {
		t.Errorf("error %v, closed %d times", err, body.Closed)
	}
}

func TestASequenceRepeatsItsLastStep(t *testing.T) {
	rt := rttest.Sequence(rttest.Fail(rttest.ErrBoom), rttest.Respond(503, ""), rttest.Respond(200, ""))
	if _, err := rttest.Try(t.Context(), rt); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("first: %v", err)
	}
	for i, want := range []int{503, 200, 200} {
		resp := rttest.Get(t.Context(), t, rt)
		rttest.Read(t, resp)
		if resp.StatusCode != want {
			t.Errorf("request %d: %d, want %d", i+2, resp.StatusCode, want)
		}
	}
}

func TestPanicOfReturnsTheValueOfThePanic(t *testing.T) {
	if v := rttest.PanicOf(func() { panic("boom") }); v != "boom" {
		t.Errorf("got %v", v)
	}
	if v := rttest.PanicOf(func() {}); v != nil {
		t.Errorf("without a panic: %v", v)
	}
}

package retry_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestARequestIsRetriedUntilTheCallerAcceptsTheResponse(t *testing.T) {
	bad := errors.New("not ready")
	for name, test := range map[string]struct {
		method string
		expect transport.Expect
		steps  []step
		want   int
		status int
	}{
		"accepted 503":        {"GET", transport.Expect{Status: []int{503}}, []step{status(503)}, 1, 503},
		"202 is not enough":   {"GET", transport.Expect{Status: []int{200}, Only: true}, []step{status(202)}, 1, 202},
		"check, then fine":    {"GET", transport.Expect{Check: onBody("ready", bad)}, []step{{status: 200, body: "wait"}, {status: 200, body: "ready"}}, 2, 200},
		"check fails for all": {"GET", transport.Expect{Check: onBody("ready", bad)}, []step{{status: 200, body: "wait"}}, 3, 200},
		"check of a POST":     {"POST", transport.Expect{Check: onBody("ready", bad)}, []step{{status: 200, body: "wait"}}, 1, 200},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: test.steps}
			ctx := transport.WithExpect(t.Context(), test.expect)
			resp, c, err := do(t, retry.Policy{}, base, request(t, ctx, test.method, nil))
			if err != nil {
				t.Fatal(err)
			}
			if len(base.sent) != test.want || resp.StatusCode != test.status {
				t.Errorf("%s: sent %d times, want %d\n%s", name, len(base.sent), test.want, c)
			}
			if got, want := rttest.Read(t, resp), test.steps[min(test.want, len(test.steps))-1].body; got != want {
				t.Errorf("%s: body %q, want %q", name, got, want)
			}
			if base.open != 0 {
				t.Errorf("%s: %d bodies open", name, base.open)
			}
		})
	}
}

// A failed check is a fault for CheckRetry functions too, as the error of a
// response handler is in go-retryablehttp.
func TestCheckRetrySeesAFailedCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("not ready")
		base := &script{steps: []step{{status: 200, body: "wait"}}}
		ctx := transport.WithExpect(t.Context(), transport.Expect{Check: onBody("ready", bad)})
		resp, _, err := do(t, retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, base, request(t, ctx, http.MethodGet, nil))
		if err != nil || len(base.sent) != 3 {
			t.Errorf("%v, sent %d times", err, len(base.sent))
		}
		finish(resp)
	})
}

func onBody(want string, err error) func(*http.Response) error {
	return func(resp *http.Response) error {
		if b, rerr := io.ReadAll(resp.Body); rerr != nil || string(b) != want {
			return err
		}
		return nil
	}
}

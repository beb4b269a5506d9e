package sdks

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/getsentry/sentry-go"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func sentryGo() *harness.SDK {
	return &harness.SDK{
		Name:   "sentry-go",
		Module: "github.com/getsentry/sentry-go",
		Code:   "openSentry",
		Client: "`ClientOptions.HTTPClient`",
		Routes: routes.Sentry,
		NoOwn:  true,
		Tape:   replay.Options{Match: replay.Match{IgnoreBody: true}},
		Notes: []string{
			"A lost event is not reported: no call returns its error. Count failures with `metrics`.",
			"An event has an id and a time, in an envelope that is not JSON. For a tape use `replay.Options{Match: replay.Match{IgnoreBody: true}}`.",
			"After it gets a 429, it drops events for as long as `Retry-After` says.",
		},
		Functions: map[string]string{
			"write": "`CaptureEvent`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("POST /api/1/envelope/", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"id": "fc6d8c0c43fc4630ad850ee518f1b9d0"})
			})
			return mux
		},
		Open: func(url string, client *http.Client, _ bool) (harness.Calls, error) {
			// The SDK returns no error, so the status is noted below it.
			seen := &lastStatus{next: client.Transport}
			api, err := openSentry(&http.Client{Transport: seen}, "http://public@"+url[len("http://"):]+"/1", sentry.NewHTTPSyncTransport())
			if err != nil {
				return harness.Calls{}, err
			}
			return harness.Calls{
				Write: func(_ context.Context, text string) (string, error) {
					event := sentry.NewEvent()
					event.EventID, event.Timestamp, event.Message = "fc6d8c0c43fc4630ad850ee518f1b9d0", time.Unix(1_800_000_000, 0).UTC(), text
					api.CaptureEvent(event, nil, nil)
					status := seen.status.Load()
					if status != http.StatusOK {
						return "", fmt.Errorf("the event is lost: status %d", status)
					}
					return strconv.FormatInt(status, 10), nil
				},
			}, nil
		},
	}
}

// lastStatus keeps the status of the last response, 0 for an error.
type lastStatus struct {
	next   http.RoundTripper
	status atomic.Int64
}

func (l *lastStatus) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if err != nil {
		l.status.Store(0)
		return nil, err
	}
	l.status.Store(int64(resp.StatusCode))
	return resp, nil
}

func openSentry(client *http.Client, dsn string, transport sentry.Transport) (*sentry.Client, error) {
	options := sentry.ClientOptions{Dsn: dsn, HTTPClient: client}
	options.Transport = transport // test
	api, err := sentry.NewClient(options)
	return api, err // test
}

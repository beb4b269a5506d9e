package heavy

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	twilioapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func twilioGo() *harness.SDK {
	return &harness.SDK{
		Name:   "twilio-go",
		Module: "github.com/twilio/twilio-go",
		Code:   "openTwilio",
		Client: "`client.Client.HTTPClient`",
		Routes: routes.Twilio,
		NoOwn:  true,
		Notes: []string{
			"Its calls take no context. Set a deadline with `timeout` or `http.Client.Timeout`.",
		},
		Functions: map[string]string{
			"read":  "`Api.FetchMessage`",
			"write": "`Api.CreateMessage`",
			"list":  "`Api.ListMessage`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			message := func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"sid": "SM" + r.PathValue("sid"), "status": "sent"})
			}
			mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Messages/{sid}", message)
			mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Messages.json", message)
			mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Messages.json", func(w http.ResponseWriter, r *http.Request) {
				page := r.URL.Query().Get("Page")
				list := map[string]any{"messages": []any{map[string]any{"sid": "SM" + page}}}
				if page == "" {
					list["next_page_uri"] = r.URL.Path + "?Page=1"
				}
				harness.JSON(w, list)
			})
			return mux
		},
		Open: func(to string, c *http.Client, _ bool) (harness.Calls, error) {
			api := openTwilio(&http.Client{Transport: elsewhere{to, c.Transport}})
			read := func(sid string) (string, error) {
				message, err := api.Api.FetchMessage(sid, &twilioapi.FetchMessageParams{})
				if err != nil {
					return "", err
				}
				return *message.Sid, nil
			}
			return harness.Calls{
				Read: func(context.Context) (string, error) { return read("SM1") },
				Write: func(_ context.Context, text string) (string, error) {
					message, err := api.Api.CreateMessage(new(twilioapi.CreateMessageParams).SetTo("+1").SetFrom("+2").SetBody(text))
					if err != nil {
						return "", err
					}
					return *message.Sid, nil
				},
				List: func(context.Context) (string, error) {
					all, err := api.Api.ListMessage(&twilioapi.ListMessageParams{})
					return strconv.Itoa(len(all)), err
				},
				Object: func(_ context.Context, name string) error {
					_, err := read("SM" + harness.Token(name))
					return err
				},
			}, nil
		},
	}
}

// elsewhere sends requests to a server of the test instead of to the service.
type elsewhere struct {
	to   string
	next http.RoundTripper
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	to, err := url.Parse(e.to)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = to.Scheme, to.Host, to.Host
	return e.next.RoundTrip(r)
}

func openTwilio(c *http.Client) *twilio.RestClient {
	base := &client.Client{
		HTTPClient:  c,
		Credentials: client.NewCredentials("AC123", "token"),
	}
	base.SetAccountSid("AC123")
	api := twilio.NewRestClientWithParams(twilio.ClientParams{Client: base})
	return api // test
}

package sdks

import (
	"context"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func slackGo() *harness.SDK {
	return &harness.SDK{
		Name:    "slack-go",
		Module:  "github.com/slack-go/slack",
		Code:    "openSlack",
		Client:  "`slack.OptionHTTPClient`",
		Routes:  routes.Slack,
		Safe:    []string{"POST /api/users.info", "POST /api/conversations.list"},
		Trigger: harness.Reset,
		Tape:    replay.Options{MaxRequest: 64 << 20},
		Notes: []string{
			"Each call is a POST, even one that reads.",
			"A file is uploaded from a pipe, which cannot be rewound. Its boundary is random, and is compared if the body is over `MaxRequest`. For a tape use `replay.Options{MaxRequest: 64 << 20}`.",
		},
		Functions: map[string]string{
			"read":   "`GetUserInfo`",
			"write":  "`PostMessage`",
			"upload": "`UploadFile` in three requests",
			"list":   "`GetConversations`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			ok := func(name string, fields map[string]any) {
				mux.HandleFunc("POST /api/"+name, func(w http.ResponseWriter, _ *http.Request) {
					fields["ok"] = true
					harness.JSON(w, fields)
				})
			}
			ok("users.info", map[string]any{"user": map[string]any{"id": "U1", "name": "ada"}})
			ok("chat.postMessage", map[string]any{"channel": "C1", "ts": "1.2"})
			ok("files.completeUploadExternal", map[string]any{"files": []any{map[string]any{"id": "F1", "title": "a"}}})
			mux.HandleFunc("POST /api/files.getUploadURLExternal", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"ok": true, "file_id": "F1", "upload_url": "http://" + r.Host + "/upload"})
			})
			mux.HandleFunc("POST /upload", func(w http.ResponseWriter, _ *http.Request) { harness.Text(w, "text/plain", "OK - 4096") })
			mux.HandleFunc("POST /api/conversations.list", func(w http.ResponseWriter, r *http.Request) {
				next := "more"
				if r.FormValue("cursor") != "" {
					next = ""
				}
				harness.JSON(w, map[string]any{"ok": true, "channels": []any{map[string]any{"id": "C1"}}, "response_metadata": map[string]any{"next_cursor": next}})
			})
			return mux
		},
		Noise: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/files.") },
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			options := []slack.Option{slack.OptionAPIURL(url + "/api/"), slack.OptionLog(log.New(io.Discard, "", 0))}
			if own {
				c := slack.DefaultRetryConfig()
				c.Handlers = slack.AllBuiltinRetryHandlers(c)
				options = append(options, slack.OptionHTTPClient(client), slack.OptionRetryConfig(c))
			}
			api := openSlack(client, options...)
			read := func(ctx context.Context, id string) (string, error) {
				user, err := api.GetUserInfoContext(ctx, id)
				if err != nil {
					return "", err
				}
				return user.Name, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "U1") },
				Write: func(ctx context.Context, text string) (string, error) {
					_, ts, err := api.PostMessageContext(ctx, "C1", slack.MsgOptionText(text, false))
					return ts, err
				},
				Upload: func(ctx context.Context) (string, error) {
					file := harness.Big(2 << 20)
					sum, err := api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: "a.txt", FileSize: len(file), Reader: strings.NewReader(string(file)), Channel: "C1"})
					if err != nil {
						return "", err
					}
					return sum.ID, nil
				},
				List: func(ctx context.Context) (string, error) {
					var ids []string
					params := &slack.GetConversationsParameters{}
					for {
						channels, next, err := api.GetConversationsContext(ctx, params)
						for _, c := range channels {
							ids = append(ids, c.ID)
						}
						if err != nil || next == "" {
							return strings.Join(slices.Clip(ids), " "), err
						}
						params.Cursor = next
					}
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, harness.Token(name))
					return err
				},
			}, nil
		},
	}
}

func openSlack(client *http.Client, options ...slack.Option) *slack.Client {
	api := slack.New("token",
		append([]slack.Option{ // test
			slack.OptionHTTPClient(client),
		}, options...)..., // test
	)
	return api // test
}

package heavy

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func azureBlob() *harness.SDK {
	return &harness.SDK{
		Name:   "azblob",
		Module: "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob",
		Code:   "openAzblob",
		Client: "`ClientOptions.Transport`",
		Routes: routes.AzureBlob,
		Off:    "`policy.RetryOptions{MaxRetries: -1}` (0 is the default of 3)",
		Sorry: func(int) (typ, body string) {
			return "application/xml", `<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>busy</Message></Error>`
		},
		Tape: replay.Options{Match: replay.Match{Ignore: replay.BlockIDs}},
		Notes: []string{
			"Clients based on azcore return the same body from GetBody, rewound, where others return a copy.",
			"Over SharedKey all `X-Ms-` headers are signed, so no layer may add one. After a 503 or 429 it sends `Expect: 100-continue` for a while.",
			"The blocks of `UploadStream` have random ids. For a tape use `replay.Options{Match: replay.Match{Ignore: replay.BlockIDs}}`.",
		},
		Functions: map[string]string{
			"read":   "`DownloadStream`",
			"write":  "`UploadBuffer`",
			"upload": "`UploadBuffer` of 5 MiB",
			"list":   "`NewListBlobsFlatPager`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("PUT /cont/{name...}", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", `"0x1"`)
				w.WriteHeader(http.StatusCreated)
			})
			mux.HandleFunc("GET /cont/{name...}", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"0x1"`)
				harness.Text(w, "text/plain", r.PathValue("name"))
			})
			mux.HandleFunc("DELETE /cont/{name...}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
			mux.HandleFunc("GET /cont", func(w http.ResponseWriter, r *http.Request) {
				marker, next := r.URL.Query().Get("marker"), "more"
				if marker != "" {
					next = ""
				}
				harness.Text(w, "application/xml", `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://x/" ContainerName="cont"><Blobs><Blob><Name>a`+marker+`</Name><Properties></Properties></Blob></Blobs><NextMarker>`+next+`</NextMarker></EnumerationResults>`)
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api, err := openAzblob(client, url, func(o *azblob.ClientOptions) {
				if own {
					o.Retry = policy.RetryOptions{RetryDelay: 10 * time.Millisecond}
				}
			})
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, name string) (string, error) {
				blob, err := api.DownloadStream(ctx, "cont", name, nil)
				if err != nil {
					return "", err
				}
				defer func() { _ = blob.Body.Close() }()
				b, err := io.ReadAll(blob.Body)
				return string(b), err
			}
			put := func(ctx context.Context, body []byte) (string, error) {
				blob, err := api.UploadBuffer(ctx, "cont", "new.jpg", body, nil)
				if err != nil {
					return "", err
				}
				return string(*blob.ETag), nil
			}
			return harness.Calls{
				Read:   func(ctx context.Context) (string, error) { return read(ctx, "a.jpg") },
				Write:  func(ctx context.Context, text string) (string, error) { return put(ctx, []byte(text)) },
				Upload: func(ctx context.Context) (string, error) { return put(ctx, harness.Big(5<<20)) },
				List: func(ctx context.Context) (string, error) {
					var names []string
					for pager := api.NewListBlobsFlatPager("cont", nil); pager.More(); {
						page, err := pager.NextPage(ctx)
						if err != nil {
							return "", err
						}
						for _, b := range page.Segment.BlobItems {
							names = append(names, *b.Name)
						}
					}
					return strings.Join(names, " "), nil
				},
				More: map[string]func(context.Context) (string, error){
					"`UploadStream` in blocks": func(ctx context.Context) (string, error) {
						blob, err := api.UploadStream(ctx, "cont", "blocks.jpg", bytes.NewReader(harness.Big(3<<20)), &azblob.UploadStreamOptions{BlockSize: 1 << 20, Concurrency: 1})
						if err != nil {
							return "", err
						}
						return string(*blob.ETag), nil
					},
					"`DeleteBlob`": func(ctx context.Context) (string, error) {
						_, err := api.DeleteBlob(ctx, "cont", "a.jpg", nil)
						return "deleted", err
					},
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, "photos/2024/"+name+".jpg")
					return err
				},
			}, nil
		},
	}
}

func openAzblob(client *http.Client, url string, test func(*azblob.ClientOptions)) (*azblob.Client, error) {
	options := &azblob.ClientOptions{ClientOptions: azcore.ClientOptions{
		Transport: client,
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}}
	test(options) // test
	api, err := azblob.NewClientWithNoCredential(url, options)
	return api, err // test
}

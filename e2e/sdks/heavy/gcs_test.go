package heavy

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func googleStorage() *harness.SDK {
	return &harness.SDK{
		Name:   "cloud.google.com/go/storage",
		Module: "cloud.google.com/go/storage",
		Code:   "openStorage",
		Client: "`option.WithHTTPClient`",
		Routes: routes.GCS,
		Off:    "`api.SetRetry(storage.WithPolicy(storage.RetryNever))`",
		Marks:  []string{"X-Goog-Api-Client", "X-Goog-Gcs-Idempotency-Token"},
		Tape:   replay.Options{MaxRequest: 64 << 20},
		Notes: []string{
			"An upload has a random boundary, which is compared if the body is over `MaxRequest`. For a tape use `replay.Options{MaxRequest: 64 << 20}`.",
			"Only the context limits its own retries. It marks them in `X-Goog-Api-Client`, as `gccl-attempt-count/2`.",
			"Your client must have its own credentials, because with `option.WithHTTPClient` all others are ignored.",
			"An upload is a POST, and so is each chunk. One with a condition (`DoesNotExist`) can be sent again.",
		},
		Functions: map[string]string{
			"read":   "`Object.Attrs`",
			"write":  "`Object.NewWriter`",
			"upload": "`Object.NewWriter` of 5 MiB",
			"list":   "`Bucket.Objects`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			object := func(name string) map[string]any {
				return map[string]any{"kind": "storage#object", "name": name, "bucket": "bucket", "size": "5", "generation": "1"}
			}
			mux.HandleFunc("GET /storage/v1/b/bucket/o/{name}", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("alt") == "media" {
					harness.Text(w, "text/plain", r.PathValue("name"))
					return
				}
				harness.JSON(w, object(r.PathValue("name")))
			})
			mux.HandleFunc("GET /storage/v1/b/bucket/o", func(w http.ResponseWriter, r *http.Request) {
				page := r.URL.Query().Get("pageToken")
				list := map[string]any{"items": []any{object("a" + page)}}
				if page == "" {
					list["nextPageToken"] = "more"
				}
				harness.JSON(w, list)
			})
			mux.HandleFunc("POST /upload/storage/v1/b/bucket/o", func(w http.ResponseWriter, r *http.Request) {
				made := object("new.jpg")
				made["crc32c"] = checksum(r)
				_ = json.NewEncoder(w).Encode(made)
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api, err := openStorage(client, option.WithEndpoint(url+"/storage/v1/"), storage.WithJSONReads())
			if err != nil {
				return harness.Calls{}, err
			}
			if own {
				api.SetRetry(storage.WithPolicy(storage.RetryIdempotent), storage.WithBackoff(gax.Backoff{Initial: 20 * time.Millisecond, Max: 50 * time.Millisecond}))
			}
			read := func(ctx context.Context, name string) (string, error) {
				attrs, err := api.Bucket("bucket").Object(name).Attrs(ctx)
				if err != nil {
					return "", err
				}
				return attrs.Name, nil
			}
			write := func(w *storage.Writer, body []byte, chunk int) (string, error) {
				w.ChunkSize = chunk
				_, err := w.Write(body)
				if err := errors.Join(err, w.Close()); err != nil {
					return "", err
				}
				return w.Attrs().Name, nil
			}
			put := func(ctx context.Context, body []byte) (string, error) {
				return write(api.Bucket("bucket").Object("new.jpg").NewWriter(ctx), body, 16<<20) // as by default
			}
			return harness.Calls{
				Read:   func(ctx context.Context) (string, error) { return read(ctx, "a.jpg") },
				Write:  func(ctx context.Context, text string) (string, error) { return put(ctx, []byte(text)) },
				Upload: func(ctx context.Context) (string, error) { return put(ctx, harness.Big(5<<20)) },
				List: func(ctx context.Context) (string, error) {
					names := ""
					for it := api.Bucket("bucket").Objects(ctx, nil); ; {
						attrs, err := it.Next()
						if errors.Is(err, iterator.Done) {
							return names, nil
						}
						if err != nil {
							return names, err
						}
						names += attrs.Name + " "
					}
				},
				More: map[string]func(context.Context) (string, error){
					"`Object.NewReader`": func(ctx context.Context) (string, error) {
						r, err := api.Bucket("bucket").Object("a.jpg").NewReader(ctx)
						if err != nil {
							return "", err
						}
						b, err := io.ReadAll(r)
						return string(b), errors.Join(err, r.Close())
					},
					"`Object.NewWriter` with `ChunkSize: 0`": func(ctx context.Context) (string, error) {
						return write(api.Bucket("bucket").Object("new.jpg").NewWriter(ctx), harness.Big(1000), 0)
					},
					"`Object.NewWriter` with `DoesNotExist`": func(ctx context.Context) (string, error) {
						return write(api.Bucket("bucket").Object("new.jpg").If(storage.Conditions{DoesNotExist: true}).NewWriter(ctx), harness.Big(1000), 16<<20)
					},
				},
				Object: func(ctx context.Context, name string) error {
					r, err := api.Bucket("bucket").Object("photos/2024/" + name + ".jpg").NewReader(ctx)
					if err != nil {
						return err
					}
					b, err := io.ReadAll(r)
					if err == nil && len(b) == 0 {
						err = fmt.Errorf("%s is empty", name)
					}
					return errors.Join(err, r.Close())
				},
			}, nil
		},
	}
}

// checksum returns the checksum of the object in an upload.
func checksum(r *http.Request) string {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	parts, sum := multipart.NewReader(r.Body, params["boundary"]), crc32.New(crc32.MakeTable(crc32.Castagnoli))
	for range 2 { // its attributes, and the object
		part, err := parts.NextPart()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		sum.Reset()
		if _, err := io.Copy(sum, part); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

func openStorage(client *http.Client, test ...option.ClientOption) (*storage.Client, error) {
	ctx := context.Background() // test
	api, err := storage.NewClient(ctx,
		append(test, // test
			option.WithHTTPClient(client),
		)..., // test
	)
	if err != nil {
		return nil, err
	}
	api.SetRetry(storage.WithPolicy(storage.RetryNever))
	return api, nil // test
}

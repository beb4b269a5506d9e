package sdks

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func minioGo() *harness.SDK {
	return &harness.SDK{
		Name:   "minio-go",
		Module: "github.com/minio/minio-go/v7",
		Code:   "openMinio",
		Client: "`Options.Transport`",
		Routes: routes.S3,
		Off:    "`Options.MaxRetries: 1`",
		Sorry:  harness.S3Error,
		Tape:   replay.Options{Match: replay.Match{Ignore: replay.ChunkSignatures}},
		Notes: []string{
			"Its bodies cannot be read twice, so retry resends what it has kept.",
			"Over plain http each chunk of a body is signed with the time. For a tape use `replay.Options{Match: replay.Match{Ignore: replay.ChunkSignatures}}`.",
		},
		Functions: map[string]string{
			"read":   "`GetObject`",
			"write":  "`PutObject`",
			"upload": "`PutObject` of 5 MiB",
			"list":   "`ListObjects`",
		},
		Serve: harness.S3,
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api, err := openMinio(client.Transport, strings.TrimPrefix(url, "http://"), func(o *minio.Options) {
				if own {
					o.MaxRetries = 4
				}
			})
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, key string) (string, error) {
				object, err := api.GetObject(ctx, "bucket", key, minio.GetObjectOptions{})
				if err != nil {
					return "", err
				}
				defer func() { _ = object.Close() }()
				b, err := io.ReadAll(object)
				return string(b), err
			}
			put := func(ctx context.Context, body []byte) (string, error) {
				info, err := api.PutObject(ctx, "bucket", "photos/new.jpg", bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{})
				return info.ETag, err
			}
			return harness.Calls{
				Read:   func(ctx context.Context) (string, error) { return read(ctx, "photos/2024/a.jpg") },
				Write:  func(ctx context.Context, text string) (string, error) { return put(ctx, []byte(text)) },
				Upload: func(ctx context.Context) (string, error) { return put(ctx, harness.Big(5<<20)) },
				List: func(ctx context.Context) (string, error) {
					keys := ""
					for object := range api.ListObjects(ctx, "bucket", minio.ListObjectsOptions{Recursive: true}) {
						if object.Err != nil {
							return keys, object.Err
						}
						keys += object.Key + " "
					}
					return keys, nil
				},
				More: map[string]func(context.Context) (string, error){
					"`StatObject`": func(ctx context.Context) (string, error) {
						info, err := api.StatObject(ctx, "bucket", "photos/2024/a.jpg", minio.StatObjectOptions{})
						return info.ETag, err
					},
					"`RemoveObject`": func(ctx context.Context) (string, error) {
						return "removed", api.RemoveObject(ctx, "bucket", "photos/2024/a.jpg", minio.RemoveObjectOptions{})
					},
					"`PutObject` from a plain reader": func(ctx context.Context) (string, error) {
						body := struct{ io.Reader }{bytes.NewReader(harness.Big(1000))}
						info, err := api.PutObject(ctx, "bucket", "photos/new.jpg", body, 1000, minio.PutObjectOptions{})
						return info.ETag, err
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

func openMinio(chain http.RoundTripper, host string, own func(*minio.Options)) (*minio.Client, error) {
	options := &minio.Options{
		Transport:  chain,
		MaxRetries: 1,
		Creds:      credentials.NewStaticV4("key", "secret", ""),
	}
	options.Region = "us-east-1" // test
	own(options)                 // test
	api, err := minio.New(host, options)
	return api, err // test
}

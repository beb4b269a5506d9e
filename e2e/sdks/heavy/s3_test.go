package heavy

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func awsS3() *harness.SDK {
	return &harness.SDK{
		Name:   "aws-sdk-go-v2 s3",
		Module: "github.com/aws/aws-sdk-go-v2/service/s3",
		Code:   "openS3",
		Client: "`Options.HTTPClient`",
		Routes: routes.S3,
		Off:    "`Options.Retryer: aws.NopRetryer{}`",
		Marks:  []string{"Amz-Sdk-Request"},
		Sorry:  harness.S3Error,
		Notes: []string{
			"Its bodies cannot be read twice, so retry resends what it has kept. A resend equals the first request byte for byte, including signature and date, which S3 accepts for 15 minutes.",
			"All `X-Amz-` headers are signed, so no layer may add one.",
		},
		Functions: map[string]string{
			"read":   "`GetObject`",
			"write":  "`PutObject`",
			"upload": "`PutObject` of 5 MiB",
			"list":   "`ListObjectsV2`",
			"stream": "`GetObject` as a stream",
		},
		Serve: harness.S3,
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api := openS3(client, func(o *s3.Options) {
				o.BaseEndpoint, o.UsePathStyle = &url, true
				if own {
					o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxBackoff = 100 * time.Millisecond })
				}
			})
			read := func(ctx context.Context, key string) (string, error) {
				object, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: &key})
				if err != nil {
					return "", err
				}
				defer func() { _ = object.Body.Close() }()
				b, err := io.ReadAll(object.Body)
				return string(b), err
			}
			put := func(ctx context.Context, body []byte) (string, error) {
				info, err := api.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("photos/new.jpg"), Body: bytes.NewReader(body)})
				if err != nil {
					return "", err
				}
				return *info.ETag, nil
			}
			return harness.Calls{
				Read:   func(ctx context.Context) (string, error) { return read(ctx, "photos/2024/a.jpg") },
				Write:  func(ctx context.Context, text string) (string, error) { return put(ctx, []byte(text)) },
				Upload: func(ctx context.Context) (string, error) { return put(ctx, harness.Big(5<<20)) },
				List: func(ctx context.Context) (string, error) {
					keys := ""
					pages := s3.NewListObjectsV2Paginator(api, &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
					for pages.HasMorePages() {
						page, err := pages.NextPage(ctx)
						if err != nil {
							return keys, err
						}
						for _, object := range page.Contents {
							keys += *object.Key + " "
						}
					}
					return keys, nil
				},
				Stream: func(ctx context.Context, first func()) (string, error) {
					object, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("stream of bytes")})
					if err != nil {
						return "", err
					}
					return harness.ReadStream(object.Body, first)
				},
				More: map[string]func(context.Context) (string, error){
					"`HeadObject`": func(ctx context.Context) (string, error) {
						info, err := api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: aws.String("photos/2024/a.jpg")})
						if err != nil {
							return "", err
						}
						return *info.ETag, nil
					},
					"`DeleteObject`": func(ctx context.Context) (string, error) {
						_, err := api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("photos/2024/a.jpg")})
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

func openS3(client *http.Client, test func(*s3.Options)) *s3.Client {
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { // test
		return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, nil // test
	}) // test
	api := s3.New(s3.Options{
		HTTPClient:  client,
		Retryer:     aws.NopRetryer{},
		Region:      "eu-central-1",
		Credentials: keys,
	},
		test, // test
	)
	return api // test
}

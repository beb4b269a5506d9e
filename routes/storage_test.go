package routes_test

func s3Operations() []operation {
	return []operation{
		{"127.0.0.1:9000/", "/{$}"},
		{"127.0.0.1:9000/%s", "/{bucket}"},
		{"127.0.0.1:9000/%s/?location=", "/{bucket}/{$}"},
		{"127.0.0.1:9000/bucket/photos/2024/%s", "/{bucket}/{key...}"},
		{"127.0.0.1:9000/bucket/%s?uploadId=7&partNumber=1", "/{bucket}/{key...}"},
		{"127.0.0.1:9000/bucket/%s/", "/{bucket}/{key...}"},
		{"127.0.0.1:9000/%s/%s/%s/%s", "/{bucket}/{key...}"},
		{"127.0.0.1:9000/minio/admin/v3/info", "/minio/{path...}"},
	}
}

func s3VirtualHostOperations() []operation {
	return []operation{
		{"photos.s3.amazonaws.com/?list-type=2", "/{$}"},
		{"photos.s3.amazonaws.com/%s", "/{key...}"},
		{"photos.s3.amazonaws.com/2024/%s/%s", "/{key...}"},
	}
}

func gcsOperations() []operation {
	const h, o = "storage.googleapis.com", "/storage/v1/b/{bucket}/o"
	return []operation{
		{h + "/storage/v1/b?project=p", "/storage/v1/b"},
		{h + "/storage/v1/b/%s", "/storage/v1/b/{bucket}"},
		{h + "/storage/v1/b/%s/o?prefix=x", o},
		{h + "/storage/v1/b/%s/o/photos%2F2024%2F%s", o + "/{object}"},
		{h + "/storage/v1/b/%s/o/%s/compose", o + "/{object}/compose"},
		{h + "/storage/v1/b/a/o/%s/rewriteTo/b/b/o/%s", o + "/{object}/rewriteTo/b/{to}/o/{name}"},
		{h + "/storage/v1/b/%s/o/%s/acl/allUsers", o + "/{object}/acl/{path...}"},
		{h + "/storage/v1/b/%s/notificationConfigs/%s", "/storage/v1/b/{bucket}/{path...}"},
		{h + "/upload/storage/v1/b/%s/o?uploadType=resumable", "/upload/storage/v1/b/{bucket}/o"},
		{h + "/download/storage/v1/b/%s/o/%s?alt=media", "/download/storage/v1/b/{bucket}/o/{object}"},
		{h + "/%s/photos/%s", "/{bucket}/{object...}"},
		{h + "/%s", "/{bucket}"},
	}
}

func azureOperations() []operation {
	return []operation{
		{"account.blob.core.windows.net/?comp=list", "/{$}"},
		{"account.blob.core.windows.net/%s?restype=container", "/{container}"},
		{"account.blob.core.windows.net/cont/%s", "/{container}/{blob...}"},
		{"account.blob.core.windows.net/cont/photos/%s?comp=block", "/{container}/{blob...}"},
		{"account.blob.core.windows.net/cont/photos%2F%s", "/{container}/{blob...}"},
	}
}

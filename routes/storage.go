package routes

// S3 returns the routes of S3-style object storage with the bucket in the path, as in MinIO
// and most test servers. Without a base it matches any host.
func S3(bases ...string) []string {
	return on(bases, anyHost(), lines(`
/{$}
/{bucket}
/{bucket}/{$}
/{bucket}/{key...}
/minio/{path...}
`))
}

// S3VirtualHost returns the routes of S3-style object storage with the bucket in the host.
// Without a base it matches any host.
func S3VirtualHost(bases ...string) []string {
	return on(bases, anyHost(), lines(`
/{$}
/{key...}
`))
}

// GCS returns the routes of Google Cloud Storage, both of its JSON API and of its XML API,
// which the client library uses to read objects. The default base is storage.googleapis.com.
func GCS(bases ...string) []string {
	return on(bases, []string{"storage.googleapis.com", "storage.mtls.googleapis.com"}, lines(`
/{$}
/{bucket}
/{bucket}/{$}
/{bucket}/{object...}
/storage/v1/{path...}
/storage/v1/b
/storage/v1/b/{bucket}
/storage/v1/b/{bucket}/{path...}
/storage/v1/b/{bucket}/iam/{path...}
/storage/v1/b/{bucket}/o
/storage/v1/b/{bucket}/o/{object}
/storage/v1/b/{bucket}/o/{object}/compose
/storage/v1/b/{bucket}/o/{object}/acl/{path...}
/storage/v1/b/{bucket}/o/{object}/rewriteTo/b/{to}/o/{name}
/storage/v1/b/{bucket}/o/{object}/copyTo/b/{to}/o/{name}
/storage/v1/b/{bucket}/o/{object}/{path...}
/storage/v1/projects/{project}/{path...}
/upload/storage/v1/b/{bucket}/o
/upload/storage/v1/b/{bucket}/{path...}
/resumable/upload/storage/v1/b/{bucket}/{path...}
/download/storage/v1/b/{bucket}/o/{object}
/download/storage/v1/b/{bucket}/{path...}
/batch/storage/{path...}
`))
}

// AzureBlob returns the routes of Azure Blob Storage. The account is part of the host, so
// without a base it matches any host. An emulator has the account in the path:
// "127.0.0.1:10000/devstoreaccount1".
func AzureBlob(bases ...string) []string {
	return on(bases, anyHost(), lines(`
/{$}
/{container}
/{container}/{$}
/{container}/{blob...}
`))
}

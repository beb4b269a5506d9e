module github.com/gracy-go/gracy/replay/codings

go 1.26.0

replace github.com/gracy-go/gracy => ../../

require (
	github.com/andybalholm/brotli v1.3.0
	github.com/gracy-go/gracy v0.0.0-00010101000000-000000000000
	github.com/klauspost/compress v1.20.4
)

require (
	go.etcd.io/bbolt v1.5.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
)

module github.com/gracy-go/gracy/replay/interop

go 1.26.0

replace github.com/gracy-go/gracy => ../../

require (
	github.com/gracy-go/gracy v0.0.0-00010101000000-000000000000
	go.yaml.in/yaml/v3 v3.0.6
)

require (
	go.etcd.io/bbolt v1.5.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
)

module github.com/gracy-go/gracy/cmd/gracy

go 1.26.0

replace (
	github.com/gracy-go/gracy => ../../
	github.com/gracy-go/gracy/replay/codings => ../../replay/codings
	github.com/gracy-go/gracy/replay/interop => ../../replay/interop
	github.com/gracy-go/gracy/replay/mongodb => ../../replay/mongodb
	github.com/gracy-go/gracy/replay/postgres => ../../replay/postgres
	github.com/gracy-go/gracy/replay/sqlite => ../../replay/sqlite
)

require (
	github.com/gracy-go/gracy v0.0.0-00010101000000-000000000000
	github.com/gracy-go/gracy/replay/codings v0.0.0-00010101000000-000000000000
	github.com/gracy-go/gracy/replay/interop v0.0.0-00010101000000-000000000000
	github.com/gracy-go/gracy/replay/mongodb v0.0.0-00010101000000-000000000000
	github.com/gracy-go/gracy/replay/postgres v0.0.0-00010101000000-000000000000
	github.com/gracy-go/gracy/replay/sqlite v0.0.0-00010101000000-000000000000
	github.com/rogpeppe/go-internal v1.16.0
	github.com/spf13/cobra v1.10.2
	github.com/spf13/pflag v1.1.0
)

require (
	github.com/andybalholm/brotli v1.3.0 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/pgx/v5 v5.13.0 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/klauspost/compress v1.20.4 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/sethvargo/go-limiter v1.1.0 // indirect
	github.com/xdg-go/scram v1.4.0 // indirect
	github.com/xdg-go/stringprep v1.0.4 // indirect
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78 // indirect
	go.etcd.io/bbolt v1.5.0 // indirect
	go.mongodb.org/mongo-driver/v2 v2.10.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	modernc.org/libc v1.80.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
	modernc.org/sqlite v1.62.0 // indirect
)

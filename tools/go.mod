module github.com/gracy-go/gracy/tools

go 1.26.0

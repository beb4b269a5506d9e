#!/usr/bin/env bash
# FerretDB v1.24.2 (backend SQLite, from its Go module), with mongo-driver v2.10.0.
#
# Behavior: if the first document of an ordered insert command of 200 documents is a duplicate, the
# documents 101 to 200 are stored all the same. The response has one error, that of the first
# document. The server works in batches of a hundred: an error ends its own batch, and the next one
# is stored before the command ends. So there is a gap in what is stored, here of 99 documents.
#
# The guess it contradicts: that an ordered insert stops at its first error and stores nothing after
# it, as the manual of MongoDB says of insert ("ordered: If true, then when an insert of a document
# fails, return without inserting any remaining documents listed in the inserts array").
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func main() {
	data, err := os.MkdirTemp(".", "data")
	if err != nil {
		panic(err)
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"}, Logger: slog.New(slog.DiscardHandler),
		Handler: "sqlite", SQLiteURL: "file:" + data + "/",
	})
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go server.Run(ctx)
	client, err := mongo.Connect(options.Client().ApplyURI(server.MongoDBURI()))
	if err != nil {
		panic(err)
	}
	c := client.Database("finding").Collection("c")
	for _, n := range []int{100, 150, 200, 350} {
		if err := c.Drop(ctx); err != nil {
			panic(err)
		}
		docs := make([]any, n)
		for i := range docs {
			docs[i] = bson.D{{Key: "_id", Value: i + 1}}
		}
		if _, err := c.InsertOne(ctx, docs[0]); err != nil {
			panic(err)
		}
		_, err := c.InsertMany(ctx, docs, options.InsertMany().SetOrdered(true))
		var bulk mongo.BulkWriteException
		if !errors.As(err, &bulk) {
			panic(err)
		}
		stored, err := c.CountDocuments(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: 1}}}})
		if err != nil {
			panic(err)
		}
		fmt.Printf("%d documents, ordered, the first a duplicate: %d error of document %d, %d of those behind it are stored\n",
			n, len(bulk.WriteErrors), bulk.WriteErrors[0].Index+1, stored)
	}
}
GO
timeout 300 go get github.com/FerretDB/FerretDB@v1.24.2 go.mongodb.org/mongo-driver/v2@v2.10.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go mod tidy 2>install.log || { cat install.log >&2; exit 2; }
timeout 600 go build -tags ferretdb_no_postgresql -o finding . || exit 2
cat > seen <<'SEEN'
100 documents, ordered, the first a duplicate: 1 error of document 1, 0 of those behind it are stored
150 documents, ordered, the first a duplicate: 1 error of document 1, 50 of those behind it are stored
200 documents, ordered, the first a duplicate: 1 error of document 1, 100 of those behind it are stored
350 documents, ordered, the first a duplicate: 1 error of document 1, 100 of those behind it are stored
SEEN
timeout 60 ./finding | tee out
diff seen out

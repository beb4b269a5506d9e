#!/usr/bin/env bash
# FerretDB v1.24.2 (backend SQLite, from its Go module), with mongo-driver v2.10.0.
#
# Behavior: concurrent updates of one document lose each other without an error, because the server
# reads a document and writes it back whole. 400 increments ($inc, by updateOne or findAndModify)
# from eight clients make it less than 200, while those of one client make it 400. findAndModify
# returns one number to several callers. Two clients that each increment a field of their own lose
# increments as well. And if eight clients take a document that nobody has yet, by an update with
# that condition, more than one of them gets the response that it has.
#
# The guess it contradicts: that what one command does to a single document is atomic, as the manual
# of MongoDB says, so that one command is enough for a counter, a limit or a lock that many clients
# share.
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
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	total = 400
	locks = 50
)

func main() {
	data, err := os.MkdirTemp(".", "data")
	check(err)
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"}, Logger: slog.New(slog.DiscardHandler),
		Handler: "sqlite", SQLiteURL: "file:" + data + "/",
	})
	check(err)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go server.Run(ctx)
	client, err := mongo.Connect(options.Client().ApplyURI(server.MongoDBURI()))
	check(err)
	c := client.Database("finding").Collection("c")

	type counter struct {
		N int `bson:"n"`
	}
	inc := bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: 1}}}}
	after := options.FindOneAndUpdate().SetReturnDocument(options.After)
	for _, clients := range []int{1, 8} {
		for _, command := range []string{"updateOne", "findAndModify"} {
			id := bson.D{{Key: "_id", Value: fmt.Sprint(command, clients)}}
			_, err := c.InsertOne(ctx, append(id, bson.E{Key: "n", Value: 0}))
			check(err)
			var mu sync.Mutex
			returned := map[int]int{}
			var group sync.WaitGroup
			for range clients {
				group.Go(func() {
					for range total / clients {
						if command == "updateOne" {
							r, err := c.UpdateOne(ctx, id, inc)
							check(err)
							if r.ModifiedCount != 1 {
								panic("not modified")
							}
							continue
						}
						var came counter
						check(c.FindOneAndUpdate(ctx, id, inc, after).Decode(&came))
						mu.Lock()
						returned[came.N]++
						mu.Unlock()
					}
				})
			}
			group.Wait()
			var is counter
			check(c.FindOne(ctx, id).Decode(&is))
			what := fmt.Sprintf("%d", is.N)
			if is.N < total/2 {
				what = "less than 200"
			}
			twice := false
			for _, n := range returned {
				twice = twice || n > 1
			}
			fmt.Printf("%s, %d at once: %d increments without an error make it %s, a number was returned twice: %v\n", command, clients, total, what, twice)
		}
	}

	fields := bson.D{{Key: "_id", Value: "fields"}}
	_, err = c.InsertOne(ctx, append(fields, bson.E{Key: "x", Value: 0}, bson.E{Key: "y", Value: 0}))
	check(err)
	var group sync.WaitGroup
	for _, field := range []string{"x", "y"} {
		group.Go(func() {
			for range total {
				_, err := c.UpdateOne(ctx, fields, bson.D{{Key: "$inc", Value: bson.D{{Key: field, Value: 1}}}})
				check(err)
			}
		})
	}
	group.Wait()
	var both struct{ X, Y int }
	check(c.FindOne(ctx, fields).Decode(&both))
	fmt.Printf("two clients, a field each: %d increments of either make it %d in both: %v\n", total, total, both.X == total && both.Y == total)

	var took atomic.Int64
	for n := range locks {
		id := bson.D{{Key: "_id", Value: fmt.Sprint("lock", n)}}
		_, err := c.InsertOne(ctx, id)
		check(err)
		for owner := range 8 {
			group.Go(func() {
				r, err := c.UpdateOne(ctx, append(id, bson.E{Key: "owner", Value: nil}), bson.D{{Key: "$set", Value: bson.D{{Key: "owner", Value: owner}}}})
				check(err)
				took.Add(r.ModifiedCount)
			})
		}
		group.Wait()
	}
	fmt.Printf("%d documents, each for the first of eight: taken more often: %v\n", locks, took.Load() > locks)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 300 go get github.com/FerretDB/FerretDB@v1.24.2 go.mongodb.org/mongo-driver/v2@v2.10.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go mod tidy 2>install.log || { cat install.log >&2; exit 2; }
timeout 600 go build -tags ferretdb_no_postgresql -o finding . || exit 2
cat > seen <<'SEEN'
updateOne, 1 at once: 400 increments without an error make it 400, a number was returned twice: false
findAndModify, 1 at once: 400 increments without an error make it 400, a number was returned twice: false
updateOne, 8 at once: 400 increments without an error make it less than 200, a number was returned twice: false
findAndModify, 8 at once: 400 increments without an error make it less than 200, a number was returned twice: true
two clients, a field each: 400 increments of either make it 400 in both: false
50 documents, each for the first of eight: taken more often: true
SEEN
timeout 60 ./finding | tee out
diff seen out

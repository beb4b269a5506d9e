#!/usr/bin/env bash
# go.mongodb.org/mongo-driver/v2 v2.10.0, with its defaults, so with retryable reads and writes. The
# server is a replica set of one that speaks as much of the protocol as is needed. The driver for
# Node, mongodb 7.9.0, is for comparison.
#
# Behavior: an insert whose connection breaks after it has been sent, and which may have been done,
# is sent again. One whose connection breaks while it is being made, so that nothing has been sent,
# is not: the call fails at once, though the server responds to the next connection. The same is
# true of a find. The error has the labels NetworkError and RetryableError. The driver for Node
# tries again in both cases.
#
# The guess it contradicts: that a client that resends what may have been done also resends what was
# certainly not, so that with retryable writes a connection that breaks once is no error.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A member is a replica set of one. Its first connection is the one over which a client watches it.
// The next one breaks, either in its handshake or when a command has come over it. All later ones
// are served.
type member struct {
	net.Listener
	breaks string // "in its handshake" or "after the command"

	broke, came, done atomic.Int64 // connections that broke, commands that came, and that had a response
}

func (m *member) serve() {
	for n := 0; ; n++ {
		c, err := m.Accept()
		check(err)
		go func() {
			defer c.Close()
			for {
				command, respond, err := receive(c)
				if err != nil {
					return
				}
				response := bson.D{{Key: "ok", Value: 1}}
				if command == "hello" || strings.EqualFold(command, "ismaster") {
					if n == 1 && m.breaks == "in its handshake" {
						m.broke.Add(1)
						return
					}
					me := m.Addr().String()
					respond(append(response, bson.D{
						{Key: "helloOk", Value: true}, {Key: "ismaster", Value: true}, {Key: "isWritablePrimary", Value: true},
						{Key: "setName", Value: "set"}, {Key: "setVersion", Value: 1}, {Key: "hosts", Value: bson.A{me}}, {Key: "me", Value: me},
						{Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 25}, {Key: "logicalSessionTimeoutMinutes", Value: 30},
						{Key: "maxBsonObjectSize", Value: 1 << 24}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 1000},
					}...))
					continue
				}
				if command == "endSessions" { // as a client leaves
					respond(response)
					continue
				}
				m.came.Add(1)
				if n == 1 && m.breaks == "after the command" {
					m.broke.Add(1)
					return
				}
				m.done.Add(1)
				respond(append(response, bson.E{Key: "n", Value: 1}, bson.E{Key: "cursor", Value: bson.D{
					{Key: "id", Value: int64(0)}, {Key: "ns", Value: "d.c"}, {Key: "firstBatch", Value: bson.A{bson.D{{Key: "_id", Value: 1}}}},
				}}))
			}
		}()
	}
}

// receive reads an OP_MSG, or the OP_QUERY with which a connection begins. It returns the name of
// the command and a function that responds to it.
func receive(c net.Conn) (command string, respond func(bson.D), err error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(c, head); err != nil {
		return "", nil, err
	}
	body := make([]byte, binary.LittleEndian.Uint32(head)-16)
	if _, err := io.ReadFull(c, body); err != nil {
		return "", nil, err
	}
	query := body[5:]         // after the flags and the kind of the section
	out := make([]byte, 21)   // the header, the flags and the kind of the section
	opcode, old := 2013, 2004 // OP_MSG and OP_QUERY
	if int(binary.LittleEndian.Uint32(head[12:])) == old {
		query = body[4+bytes.IndexByte(body[4:], 0)+9:] // after the flags, the name and two numbers
		out, opcode = make([]byte, 36), 1               // OP_REPLY
		out[32] = 1                                     // one document
	}
	elements, err := bson.Raw(query).Elements()
	check(err)
	return elements[0].Key(), func(response bson.D) {
		b, err := bson.Marshal(response)
		check(err)
		out = append(out, b...)
		binary.LittleEndian.PutUint32(out, uint32(len(out)))
		copy(out[8:], head[4:8])
		binary.LittleEndian.PutUint32(out[12:], uint32(opcode))
		c.Write(out)
	}, nil
}

func main() {
	clients := []struct {
		name string
		do   func(uri, command string) (outcome string)
	}{
		{"mongo-driver", func(uri, command string) string {
			client, err := mongo.Connect(options.Client().ApplyURI(uri))
			check(err)
			defer client.Disconnect(context.Background())
			c := client.Database("d").Collection("c")
			if command == "insert" {
				_, err = c.InsertOne(context.Background(), bson.D{{Key: "a", Value: 1}})
			} else {
				err = c.FindOne(context.Background(), bson.D{}).Err()
			}
			var labels mongo.LabeledError
			if errors.As(err, &labels) {
				return fmt.Sprintf("an error, NetworkError: %v, RetryableError: %v", labels.HasErrorLabel("NetworkError"), labels.HasErrorLabel("RetryableError"))
			}
			return fmt.Sprintf("error: %v", err)
		}},
		{"mongodb for Node", func(uri, command string) string {
			out, err := exec.Command("node", "run.mjs", uri, command).CombinedOutput()
			check(err)
			return strings.TrimSpace(string(out))
		}},
	}
	for _, client := range clients {
		for _, command := range []string{"insert", "find"} {
			for _, breaks := range []string{"after the command", "in its handshake"} {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				check(err)
				m := &member{Listener: l, breaks: breaks}
				go m.serve()
				outcome := client.do("mongodb://"+l.Addr().String()+"/?replicaSet=set", command)
				fmt.Printf("%s, %s, %d connection broke %s: came %d, done %d, %s\n", client.name, command, m.broke.Load(), breaks, m.came.Load(), m.done.Load(), outcome)
			}
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
cat > run.mjs <<'JS'
import { MongoClient } from 'mongodb'

const [uri, command] = process.argv.slice(2)
const c = new MongoClient(uri).db('d').collection('c')
await (command === 'insert' ? c.insertOne({ a: 1 }) : c.findOne()).then(
  () => console.log('error: <nil>'),
  (e) => console.log(`an error: ${e.message}`),
)
process.exit()
JS
timeout 180 go get go.mongodb.org/mongo-driver/v2@v2.10.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 npm install --loglevel=error --no-audit --no-fund mongodb@7.9.0 >/dev/null || exit 2
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
mongo-driver, insert, 1 connection broke after the command: came 2, done 1, error: <nil>
mongo-driver, insert, 1 connection broke in its handshake: came 0, done 0, an error, NetworkError: true, RetryableError: true
mongo-driver, find, 1 connection broke after the command: came 2, done 1, error: <nil>
mongo-driver, find, 1 connection broke in its handshake: came 0, done 0, an error, NetworkError: true, RetryableError: true
mongodb for Node, insert, 1 connection broke after the command: came 2, done 1, error: <nil>
mongodb for Node, insert, 1 connection broke in its handshake: came 1, done 1, error: <nil>
mongodb for Node, find, 1 connection broke after the command: came 2, done 1, error: <nil>
mongodb for Node, find, 1 connection broke in its handshake: came 1, done 1, error: <nil>
SEEN
timeout 60 ./finding | tee out
diff seen out

#!/usr/bin/env bash
# go.mongodb.org/mongo-driver/v2 v2.10.0. The servers speak as much of the protocol as is needed.
#
# Behavior: the errors of contexts that the driver itself made are returned as if they were those
# of the caller. An insert is waiting for a connection to the primary when another member says that
# this primary is no longer in the replica set. The insert ends at once with an error that matches
# context.Canceled, though its own context has a minute left and nothing was sent. It is not tried
# again, though retryable writes are on. The next one is done by the new primary. If nothing
# happens but the connect timeout, the error matches context.DeadlineExceeded, though the context
# has no deadline.
#
# The guess it contradicts: that a call whose context is not over does not return context.Canceled
# or context.DeadlineExceeded, so that those mean that its caller has left: nobody to respond to,
# nothing to log or to try again.
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
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A set has two members. The first one stays. The second one is the primary, until it is removed.
// It responds to the connection over which a client watches it, and to no other.
type set struct {
	members [2]net.Listener
	remove  bool // the second member as soon as a client connects to it, to send commands

	removed  atomic.Bool
	inserted [2]atomic.Int64
}

func (s *set) serve(i int) {
	for n := 0; ; n++ {
		c, err := s.members[i].Accept()
		check(err)
		go func() {
			defer c.Close()
			for {
				command, respond, err := receive(c)
				if err != nil {
					return
				}
				if i == 1 && n > 0 {
					s.removed.Store(s.remove)
					io.Copy(io.Discard, c)
					return
				}
				if command == "insert" {
					s.inserted[i].Add(1)
				}
				respond(append(s.hello(i), bson.E{Key: "n", Value: 1}, bson.E{Key: "ok", Value: 1}))
			}
		}()
	}
}

// hello returns what a member says of itself and of its set.
func (s *set) hello(i int) bson.D {
	hosts, primary, version := bson.A{s.members[0].Addr().String(), s.members[1].Addr().String()}, i == 1, 1
	if s.removed.Load() {
		hosts, primary, version = hosts[:1], i == 0, 2
	}
	return bson.D{
		{Key: "helloOk", Value: true}, {Key: "isWritablePrimary", Value: primary}, {Key: "ismaster", Value: primary}, {Key: "secondary", Value: !primary},
		{Key: "setName", Value: "set"}, {Key: "setVersion", Value: version}, {Key: "hosts", Value: hosts}, {Key: "me", Value: s.members[i].Addr().String()},
		{Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 25}, {Key: "logicalSessionTimeoutMinutes", Value: 30},
		{Key: "maxBsonObjectSize", Value: 1 << 24}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 1000},
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
	minute, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, run := range []struct {
		name   string
		ctx    context.Context
		remove bool
	}{
		{"removed, a minute", minute, true},
		{"silent, no deadline", context.Background(), false},
	} {
		s := &set{remove: run.remove}
		for i := range s.members {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			check(err)
			s.members[i] = l
		}
		for i := range s.members {
			go s.serve(i)
		}
		client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + s.members[0].Addr().String() + "/?replicaSet=set").
			SetHeartbeatInterval(500 * time.Millisecond).SetConnectTimeout(3 * time.Second))
		check(err)
		insert := func(what string) {
			_, err := client.Database("d").Collection("c").InsertOne(run.ctx, bson.D{{Key: "a", Value: 1}})
			fmt.Printf("%s: %s, an error: %v, Canceled: %v, DeadlineExceeded: %v, its context: %v, inserted: %d and %d\n",
				run.name, what, err != nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
				run.ctx.Err(), s.inserted[0].Load(), s.inserted[1].Load())
		}
		insert("the insert")
		if run.remove {
			insert("the next")
		}
		check(client.Disconnect(context.Background()))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get go.mongodb.org/mongo-driver/v2@v2.10.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
removed, a minute: the insert, an error: true, Canceled: true, DeadlineExceeded: false, its context: <nil>, inserted: 0 and 0
removed, a minute: the next, an error: false, Canceled: false, DeadlineExceeded: false, its context: <nil>, inserted: 1 and 0
silent, no deadline: the insert, an error: true, Canceled: false, DeadlineExceeded: true, its context: <nil>, inserted: 0 and 0
SEEN
timeout 60 ./finding | tee out
diff seen out

package mongodb_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// The opcodes of the protocol.
const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// member is a proxy of the server. It claims to be the primary of a replica set, and replies to
// some commands itself.
type member struct {
	listener net.Listener
	target   string

	mu    sync.Mutex // mu guards the fields below
	reply func(command string, body bson.Raw) bson.D
	conns []net.Conn
}

// asMember returns the URI of a server that acts as a member of a replica set. reply returns the
// reply of the member to a command, or nil to pass the command on to the server.
func asMember(t *testing.T, base string, reply func(command string, body bson.Raw) bson.D) (uri string) {
	t.Helper()
	u, err := url.Parse(base)
	tapetest.Must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	tapetest.Must(t, err)
	m := &member{listener: l, target: u.Host, reply: reply}
	t.Cleanup(func() {
		_ = l.Close()
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, c := range m.conns {
			_ = c.Close()
		}
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", m.target)
			if err != nil {
				_ = c.Close()
				continue
			}
			m.mu.Lock()
			m.conns = append(m.conns, c, up)
			m.mu.Unlock()
			go m.serve(c, up)
		}
	}()
	u.Host = l.Addr().String()
	u.RawQuery = "replicaSet=rs"
	return u.String()
}

// serve replies to the messages of a connection in turn.
func (m *member) serve(c, up net.Conn) {
	defer c.Close()
	defer up.Close()
	for {
		msg, err := message(c)
		if err != nil {
			return
		}
		reply := m.own(msg)
		if reply == nil {
			if _, err = up.Write(msg); err == nil {
				reply, err = message(up)
			}
		}
		if err != nil {
			return
		}
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}

// message reads a message, including its header.
func message(r io.Reader) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	msg := slices.Grow(head, int(binary.LittleEndian.Uint32(head)))[:binary.LittleEndian.Uint32(head)]
	_, err := io.ReadFull(r, msg[16:])
	return msg, err
}

// own returns the reply of the member to a message, or nil to leave it to the server.
func (m *member) own(msg []byte) []byte {
	var body bson.Raw
	var head []byte // of the reply, after the message header
	op := binary.LittleEndian.Uint32(msg[12:])
	switch op {
	case opMsg:
		body, head, op = bson.Raw(msg[21:]), make([]byte, 5), opMsg // flags, and the kind of a section
	case opQuery:
		name := slices.Index(msg[20:], 0)
		body, head, op = bson.Raw(msg[20+name+1+8:]), make([]byte, 20), opReply // flags, a cursor, 0, and a number
		head[16] = 1
	default:
		return nil
	}
	elements, err := body[:binary.LittleEndian.Uint32(body)].Elements()
	if err != nil {
		return nil
	}
	command := elements[0].Key()
	var doc bson.D
	if command == "hello" || command == "isMaster" || command == "ismaster" {
		self := m.listener.Addr().String()
		doc = bson.D{
			{Key: "ismaster", Value: true},
			{Key: "isWritablePrimary", Value: true},
			{Key: "helloOk", Value: true},
			{Key: "setName", Value: "rs"},
			{Key: "setVersion", Value: 1},
			{Key: "hosts", Value: bson.A{self}},
			{Key: "me", Value: self},
			{Key: "primary", Value: self},
			{Key: "minWireVersion", Value: 0},
			{Key: "maxWireVersion", Value: 21},
			{Key: "maxBsonObjectSize", Value: 16 << 20},
			{Key: "maxMessageSizeBytes", Value: 48000000},
			{Key: "maxWriteBatchSize", Value: 100000},
			{Key: "localTime", Value: bson.NewDateTimeFromTime(time.Now())},
			{Key: "ok", Value: 1.0},
		}
	} else {
		m.mu.Lock()
		doc = m.reply(command, body)
		m.mu.Unlock()
	}
	if doc == nil {
		return nil
	}
	raw, err := bson.Marshal(doc)
	if err != nil {
		return nil
	}
	reply := binary.LittleEndian.AppendUint32(nil, uint32(16+len(head)+len(raw))) //nolint:gosec // small
	reply = binary.LittleEndian.AppendUint32(reply, 1)
	reply = append(reply, msg[4:8]...)
	reply = binary.LittleEndian.AppendUint32(reply, op)
	return append(append(reply, head...), raw...)
}

// failure returns the reply of a member that fails.
func failure(code int, name string) bson.D {
	return bson.D{{Key: "ok", Value: 0.0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: name}}
}

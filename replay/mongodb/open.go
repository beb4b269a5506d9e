package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/gracy-go/gracy/replay/store"
)

// Options of a tape. The zero value is the defaults below.
type Options struct {
	// Timeout is what a call of the store takes at most: a lookup, a batch, a page of a Scan
	// or of a Reindex, and Open. It includes the wait for a connection and for a server that is
	// restarted. 0 is ten seconds; a negative one panics. The error matches [context.DeadlineExceeded].
	Timeout time.Duration
	// ReadOnly makes nothing in the database: a tape that is not there matches [fs.ErrNotExist],
	// a write is [store.ErrReadOnly], but that Reindex makes an index in memory. It is for
	// replay.ModeReplay, and for a user of the database that may only read.
	ReadOnly bool
}

const (
	defaultTimeout  = 10 * time.Second
	defaultDatabase = "gracy"
)

// Store is what a tape in a MongoDB database can do.
type Store interface {
	store.IndexStore
	store.PartStore
}

var (
	errMissing = fmt.Errorf("there is no such tape: %w", fs.ErrNotExist)
	errURI     = errors.New("replay: open tape: the connection string cannot be parsed")

	errUnacknowledged = errors.New("replay: open tape: the connection string asks for writes that are not acknowledged (w=0)")
)

// Open opens the tape of a name in a database, and makes it, and the indexes of its collections, where it
// is not there. uri is what the driver takes, "mongodb://user:password@host/database" or
// "mongodb+srv://..."; the database is that of the path, "gracy" without one. Any number of processes may have a
// tape open at once, and a database may have any number of tapes. A tape of another schema is a
// [store.FormatError]. ctx is that of opening alone. No error has the password in it.
//
// What is open for writing reads from the primary, whatever the read preference of uri is. One that is
// ReadOnly reads as that says: from secondaries it may not find what was just recorded, and takes a tape
// that was just made for one that is not there.
func Open(ctx context.Context, uri, tape string, opts Options) (Store, error) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	if err := lookUp(ctx, uri); err != nil {
		return nil, err
	}
	where, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, errURI // whose own error may quote a part of the password
	}
	if where.WNumberSet && where.WNumber == 0 {
		return nil, errUnacknowledged
	}
	database := where.Database
	if database == "" {
		database = defaultDatabase
	}
	journaled := true
	durable := &writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journaled}
	// ApplyURI has the last word.
	client, err := mongo.Connect(options.Client().SetAppName("gracy").SetWriteConcern(durable).SetServerSelectionTimeout(opts.Timeout).ApplyURI(uri))
	if err != nil {
		return nil, errURI
	}
	s, err := open(ctx, client.Database(database), tape, opts)
	if err != nil {
		return nil, errors.Join(err, disconnect(client, opts.Timeout))
	}
	s.client = client
	return s, nil
}

// New opens a tape as [Open] does, in a database of the caller's, whose client Close leaves open. Its write
// concern, which has to be one that is acknowledged, and its read concern hold.
func New(ctx context.Context, db *mongo.Database, tape string, opts Options) (Store, error) {
	return open(ctx, db, tape, opts.withDefaults())
}

func (o Options) withDefaults() Options {
	if o.Timeout < 0 {
		panic("mongodb: Options.Timeout is negative")
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return o
}

func open(ctx context.Context, db *mongo.Database, tape string, opts Options) (*mongoStore, error) {
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	s := newStore(db, tape, opts)
	err := s.doWithin(ctx, s.begin)
	if err == nil && !opts.ReadOnly {
		err = s.doWithin(ctx, s.sweep)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// disconnect ends the connections of a client, the idle ones at once.
func disconnect(client *mongo.Client, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return client.Disconnect(ctx)
}

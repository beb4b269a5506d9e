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

// Options are the options of a tape. The zero value has the defaults below.
type Options struct {
	// Timeout bounds each call of the store: a lookup, a batch, a page of a Scan or of a Reindex,
	// and Open. It includes the wait for a connection and for a server that restarts. 0 is ten
	// seconds. A negative one panics. The error matches [context.DeadlineExceeded].
	Timeout time.Duration
	// ReadOnly makes nothing in the database. A tape that does not exist matches
	// [fs.ErrNotExist]. A write is [store.ErrReadOnly], except that Reindex makes an index in
	// memory. It is for replay.ModeReplay, and for a database user that may only read.
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

// Open opens the named tape in a database. It makes the tape, and the indexes of its collections,
// if they do not exist. uri is what the driver accepts, "mongodb://user:password@host/database"
// or "mongodb+srv://...". The database is the one in the path, or "gracy". Any number of
// processes may have a tape open at once, and a database may have any number of tapes. A tape of
// another schema is a [store.FormatError]. ctx only bounds opening. No error has the password in
// it.
//
// A tape that is open for writing reads from the primary, whatever the read preference of uri is.
// One that is ReadOnly follows that preference. If it reads from secondaries, it may not find
// what was just recorded, and may not find a tape that was just made.
func Open(ctx context.Context, uri, tape string, opts Options) (Store, error) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	if err := lookUp(ctx, uri); err != nil {
		return nil, err
	}
	where, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, errURI // the error of the driver may quote part of the password
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
	// ApplyURI comes last, so that the URI wins.
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

// New opens a tape as [Open] does, in a database of the caller's. Close leaves its client open.
// The write concern of the database, which must be an acknowledged one, and its read concern
// apply.
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

// disconnect closes the connections of a client, idle ones at once.
func disconnect(client *mongo.Client, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return client.Disconnect(ctx)
}

package mongodb_test

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

// server returns the URI of a database of its own for a test, at the server that GRACY_MONGODB
// names, or else at the one at the usual address.
func server(tb testing.TB) string {
	tb.Helper()
	const usual = "127.0.0.1:27017"
	u, err := url.Parse(cmp.Or(sharedtest.Server(tb, "GRACY_MONGODB", usual, ".ci/mongodb.sh"), "mongodb://"+usual))
	if err != nil {
		tb.Fatal("GRACY_MONGODB is no URL")
	}
	u.Path = "/" + sharedtest.Name()
	tb.Cleanup(func() {
		if err := database(tb, u.String()).Drop(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return u.String()
}

// database returns the database of a URI, for what a test does without a store.
func database(tb testing.TB, uri string) *mongo.Database {
	tb.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	u, err := url.Parse(uri)
	tapetest.Must(tb, err)
	return client.Database(strings.TrimPrefix(u.Path, "/"))
}

func open(tb testing.TB, uri, tape string, opts mongodb.Options) mongodb.Store {
	tb.Helper()
	s, err := mongodb.Open(tb.Context(), uri, tape, opts)
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// filled makes a tape with n exchanges.
func filled(tb testing.TB, uri, tape string, n int) {
	tb.Helper()
	tapetest.Fill(tb, open(tb, uri, tape, mongodb.Options{}), n)
}

func TestStore(t *testing.T) {
	server(t)                            // without a server, skip this test rather than fail a case
	databases := make(map[string]string) // one for each case, since FerretDB reads whole collections
	storetest.Run(t, func(dir string) (store.Store, error) {
		if databases[dir] == "" {
			databases[dir] = server(t)
		}
		return mongodb.Open(t.Context(), databases[dir], dir, mongodb.Options{})
	})
}

// Two tapes in one database are independent.
func TestTapesOfOneDatabase(t *testing.T) {
	uri := server(t)
	sharedtest.Tapes(t, func(tape string, readOnly bool) (sharedtest.Store, error) {
		return mongodb.Open(t.Context(), uri, tape, mongodb.Options{ReadOnly: readOnly})
	})
}

// No error contains the password, whatever is wrong.
func TestThePasswordIsInNoError(t *testing.T) {
	const secret = "pa%zzss"
	for _, uri := range []string{
		"mongodb://u:" + secret + "@127.0.0.1:1/d", "mongodb://u:hunter22@127.0.0.1:1/d?serverSelectionTimeoutMS=100", "mongodb://u:hunter22@127.0.0.1:x/d",
		"mongodb://u:hunter22@127.0.0.1:1/d?authMechanism=hunter22", "u:hunter22@127.0.0.1", "mongodb://u:hunter22@/d",
	} {
		_, err := mongodb.Open(t.Context(), uri, "a", mongodb.Options{Timeout: time.Second})
		if err == nil || strings.Contains(err.Error(), "zzss") || strings.Contains(err.Error(), "hunter") {
			t.Errorf("the error is %v", err)
		}
	}
	u, err := url.Parse(server(t))
	tapetest.Must(t, err)
	u.User = url.UserPassword("u", "hunter22")
	if _, err := mongodb.Open(t.Context(), u.String(), "a", mongodb.Options{Timeout: time.Second}); err != nil && strings.Contains(err.Error(), "hunter") {
		t.Errorf("the error is %v", err)
	}
}

// If writes are not acknowledged, a store cannot know what it has stored.
func TestWritesThatAreNotAcknowledged(t *testing.T) {
	_, err := mongodb.Open(t.Context(), server(t)+"?w=0", "a", mongodb.Options{})
	if err == nil || !strings.Contains(err.Error(), "w=0") {
		t.Errorf("Open returns %v", err)
	}
}

// Open stops when its context ends.
func TestTheContextOfOpen(t *testing.T) {
	r, uri := through(t, server(t))
	r.Mute(true)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := mongodb.Open(ctx, uri, "a", mongodb.Options{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open returns %v", err)
	}
	// The time is what was left when the database was asked.
	if within := regexp.MustCompile(`within (\S+):`).FindStringSubmatch(err.Error()); within == nil {
		t.Errorf("%v does not say the time", err)
	} else if d, err := time.ParseDuration(within[1]); err != nil || d > 300*time.Millisecond {
		t.Errorf("no result within %v, %v, want 300ms", d, err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := mongodb.Open(ctx, uri, "a", mongodb.Options{}); !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open of a context that is canceled returns %v", err)
	}
}

func TestNonsenseOptions(t *testing.T) {
	defer func() {
		if p := recover(); p == nil {
			t.Error("a negative Timeout does not panic")
		}
	}()
	_, _ = mongodb.New(t.Context(), nil, "a", mongodb.Options{Timeout: -1})
}

package mongodb_test

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

func hexSum(key store.Key) string { return hex.EncodeToString(key.Sum[:]) }

func TestReadOnlyMakesNothing(t *testing.T) {
	uri := server(t)
	readOnly := mongodb.Options{ReadOnly: true}
	if _, err := mongodb.Open(t.Context(), uri, "a", readOnly); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a tape in an empty database: %v, want ErrNotExist", err)
	}
	names, err := database(t, uri).ListCollectionNames(t.Context(), struct{}{})
	if len(names) > 0 || err != nil {
		t.Errorf("it has made %v, %v", names, err)
	}
	filled(t, uri, "a", 3)
	if _, err := mongodb.Open(t.Context(), uri, "b", readOnly); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a tape that is not there: %v, want ErrNotExist", err)
	}
	s := open(t, uri, "a", readOnly)
	for what, err := range map[string]error{
		"Append": s.Append([]store.Entry{{Exchange: tapetest.Numbered(9)}}), "Delete": s.Delete(1), "AppendParts": s.AppendParts([]store.Part{{ID: 1}}),
	} {
		if !errors.Is(err, store.ErrReadOnly) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s returns %v, want ErrReadOnly", what, err)
		}
	}
	other := tapetest.Exchange(1, "GET", "http://other.test/", "").Key
	tapetest.Must(t, s.Reindex("in memory", func(*store.Exchange) store.Key { return other }))
	if x, err := s.Find(other, 1); err != nil || x == nil || x.ID != 2 {
		t.Errorf("by the key in memory Find gives %v, %v", x, err)
	}
	if r, err := s.Recipe(); r != "in memory" || err != nil {
		t.Errorf("Recipe is %q, %v", r, err)
	}
	if x, err := open(t, uri, "a", readOnly).Find(tapetest.Numbered(0).Key, 0); err != nil || x == nil {
		t.Errorf("by the key in the database Find gives %v, %v", x, err)
	}
}

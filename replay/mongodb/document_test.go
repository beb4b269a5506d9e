package mongodb

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/store"
)

// The documents of a tape are in the order of their IDs, with the parts after their exchange. No
// document of another tape is between them.
func TestIDsOfDocuments(t *testing.T) {
	var all []string
	for _, name := range []string{"a", "a/b", "a%2Fb", "", "%"} {
		s := &link{name: name}
		var own []string
		for _, id := range []store.ID{0, 1, 15, 16, math.MaxInt64} {
			if got, err := idOf(s.id(id)); got != id || err != nil {
				t.Errorf("%s is read as %d, %v, want %d", s.id(id), got, err, id)
			}
			own = append(own, s.id(id), s.partID(id, 0), s.partID(id, 1), s.partID(id, 16))
		}
		if !slices.IsSorted(own) {
			t.Errorf("%q are not in order", own)
		}
		from, to := s.prefix(), strings.TrimSuffix(s.prefix(), "/")+"0"
		for _, id := range all {
			if id > from && id < to {
				t.Errorf("%s, of another tape, is among those of %q", id, name)
			}
		}
		all = append(all, own...)
	}
}

// A document is damaged if its fields have other types, or texts that mean nothing.
func TestADocumentThatIsNoneOfOurs(t *testing.T) {
	raw, err := bson.Marshal(bson.D{{Key: "_id", Value: 7}, {Key: "data", Value: "text"}})
	if err != nil {
		t.Fatal(err)
	}
	d := new(document)
	for what, err := range map[string]error{
		"other types":     decode(raw, d),
		"no document":     decode(bson.Raw("x"), d),
		"an ID of a name": second((&document{ID: "a/zz"}).row()),
		"a sum of a name": second((&document{ID: "a/01", Sum: "zz"}).key()),
	} {
		if !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: %v, want a FormatError", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

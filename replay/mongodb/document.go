package mongodb

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// schema is the version of the form that the package documentation describes.
const schema = 1

// A document is an exchange. The document of an exchange with only parts yet, a place, has no tape,
// so no lookup finds it.
type document struct {
	ID      string    `bson:"_id"`
	Tape    string    `bson:"tape"` // which may be ""
	Host    string    `bson:"host"`
	Path    string    `bson:"path"`
	Method  string    `bson:"method"`
	Sum     string    `bson:"sum"` // in hexadecimal, which every server sorts as this package does
	Status  int       `bson:"status,omitempty"`
	Started time.Time `bson:"started"`
	Keys    int64     `bson:"keys"` // the checksum of the key
	CRC     int64     `bson:"crc"`  // and of Data
	Data    []byte    `bson:"data"`
	Parts   bool      `bson:"parts,omitempty"` // whether its body is in parts
	Batch   string    `bson:"batch"`           // the Append that stored it
}

// document returns the document of an exchange.
func (s *link) document(r *rows.Insert, batch string) document {
	return document{
		ID: s.id(rows.ID(r.ID)), Tape: s.name,
		Host: r.Key.Host, Path: r.Key.Path, Method: r.Key.Method, Sum: hex.EncodeToString(r.Key.Sum),
		Status: rows.Status(r.Exchange), Started: r.Exchange.Start, Keys: rows.KeyCheck(rows.ID(r.ID), r.Key),
		CRC: r.RecordCheck, Data: r.Data, Parts: len(r.Body) > 0 || r.Exchange.MissingBody() > 0, Batch: batch,
	}
}

// decode reads a document. A document with other types, which somebody has changed, is damaged.
func decode(raw bson.Raw, into any) error {
	if err := bson.Unmarshal(raw, into); err != nil {
		return rows.Damaged("a document is not one of a tape: %v", err)
	}
	return nil
}

// row returns the row from which package rows makes an exchange.
func (d *document) row() (rows.Row, error) {
	id, err := idOf(d.ID)
	return rows.Row{ID: id, KeyCheck: d.Keys, RecordCheck: d.CRC, Data: d.Data}, err
}

// key returns the key of a document.
func (d *document) key() (rows.Key, error) {
	sum, err := hex.DecodeString(d.Sum)
	if err != nil {
		return rows.Key{}, rows.Damaged("the sum of %s is malformed", d.ID)
	}
	return rows.Key{Host: d.Host, Path: d.Path, Method: d.Method, Sum: sum}, nil
}

// prefix is the start of the _id of everything on the tape, and of nothing else.
func (s *link) prefix() string {
	return strings.NewReplacer("%", "%25", "/", "%2F").Replace(s.name) + "/"
}

// id returns the _id of an exchange. The _ids of a tape sort like the IDs.
func (s *link) id(id store.ID) string { return fmt.Sprintf("%s%016x", s.prefix(), uint64(id)) }

// idOf is the inverse of id.
func idOf(id string) (store.ID, error) {
	n, err := strconv.ParseUint(id[strings.LastIndexByte(id, '/')+1:], 16, 64)
	if err != nil {
		return 0, rows.Damaged("%q is not an ID", id)
	}
	return store.ID(n), nil
}

// ids returns the _ids of exchanges.
func (s *link) ids(list []store.ID) []string {
	ids := make([]string, len(list))
	for i, id := range list {
		ids[i] = s.id(id)
	}
	return ids
}

// partID returns the _id of a part.
func (s *link) partID(id store.ID, number int) string {
	return partsOf(s.id(id)) + fmt.Sprintf("%08x", number)
}

// partsOf is the start of the _ids of the parts of an exchange.
func partsOf(id string) string { return id + "/" }

// beginning matches the _ids that start with a prefix, which ends with a slash, and are above
// another.
func beginning(prefix, above string) bson.D {
	return bson.D{{Key: "$gt", Value: max(prefix, above)}, {Key: "$lt", Value: strings.TrimSuffix(prefix, "/") + "0"}} // 0 sorts right after /
}

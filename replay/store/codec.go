package store

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

const envelope = 1 // the version byte at the start of every encoded exchange

// Numbers of the fields of an exchange. A number is never reused, here and in parts.go.
const (
	fieldID = iota + 1
	fieldSum
	fieldRequest
	fieldResponse
	fieldFault
	fieldStart
	fieldFirstByte
	fieldTotal
	fieldAttempt
	fieldRoute
	fieldComplete
	fieldMissingBody // the length of Response.Body if a store keeps it apart
	fieldIdentity
	fieldSecrets
	fieldMasked
)

var errNoOutcome = errors.New("neither a response nor a fault")

// MarshalBinary encodes x: a version byte, then tagged fields. It never fails.
func (x *Exchange) MarshalBinary() ([]byte, error) {
	const rest = 640 // about the size of the fields whose lengths are not computed
	n := rest + len(x.Request.URL) + len(x.Request.Body)
	if x.Response != nil {
		n += len(x.Response.Body)
	}
	return x.AppendBinary(make([]byte, 0, n))
}

// AppendBinary appends to b what MarshalBinary returns.
func (x *Exchange) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, envelope)
	b = putInt(b, fieldID, int64(x.ID)) //nolint:gosec // two's complement both ways
	b = putBytes(b, fieldSum, x.Key.Sum[:])
	b = putNested(b, fieldRequest, x.Request.append)
	if x.Response != nil {
		b = putNested(b, fieldResponse, x.Response.append)
	}
	if x.Fault != nil {
		b = putNested(b, fieldFault, x.Fault.append)
	}
	b = putInt(b, fieldStart, x.Start.UnixMicro())
	b = putInt(b, fieldFirstByte, int64(x.FirstByte))
	b = putInt(b, fieldTotal, int64(x.Total))
	b = putInt(b, fieldAttempt, int64(x.Attempt))
	b = putBytes(b, fieldRoute, x.Route)
	b = putBool(b, fieldComplete, x.Complete)
	b = putInt(b, fieldMissingBody, x.missingBody)
	b = putBytes(b, fieldIdentity, x.Identity)
	b = putBytes(b, fieldSecrets, x.Secrets)
	b = putBool(b, fieldMasked, x.Masked)
	return append(b, x.unknown...), nil
}

// MarshalWithoutBody encodes x as [Exchange.MarshalBinary] does, but only the length of the
// response body, for a store that keeps long bodies apart. The length of a body that is missing
// already is kept. x must have a response.
func (x *Exchange) MarshalWithoutBody() ([]byte, error) { return x.AppendWithoutBody(nil) }

// AppendWithoutBody appends to b what MarshalWithoutBody returns.
func (x *Exchange) AppendWithoutBody(b []byte) ([]byte, error) {
	head, resp := *x, *x.Response
	if len(resp.Body) > 0 {
		head.missingBody, resp.Body = int64(len(resp.Body)), nil
	}
	head.Response = &resp
	return head.AppendBinary(b)
}

// MissingBody returns the length of a response body that a store keeps apart: what
// MarshalWithoutBody left out, or SetMissingBody has set. It is 0 if none is missing.
func (x *Exchange) MissingBody() int64 {
	if x.Response == nil {
		return 0
	}
	return x.missingBody
}

// SetMissingBody says that a store has the body of the response in parts, and that it has n
// bytes.
func (x *Exchange) SetMissingBody(n int64) { x.missingBody = n }

// RestoreBody puts back a body that MarshalWithoutBody left out. One of another length is a
// [FormatError].
func (x *Exchange) RestoreBody(body []byte) error {
	if int64(len(body)) != x.MissingBody() {
		return &FormatError{Reason: fmt.Sprintf("damaged tape: a body has %d bytes of %d", len(body), x.MissingBody())}
	}
	if len(body) > 0 {
		x.Response.Body, x.missingBody = body, 0
	}
	return nil
}

// UnmarshalBinary decodes what [Exchange.MarshalBinary] encoded. Fields of later versions are
// kept. An envelope of a later version is a [FormatError]. x keeps no reference to b.
func (x *Exchange) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		return &FormatError{Reason: "empty record"}
	}
	if b[0] != envelope {
		return &FormatError{Found: int(b[0]), Want: envelope, Reason: "record of an unknown version"}
	}
	if err := x.decode(b[1:], false); err != nil {
		return err
	}
	sum := x.Key.Sum
	if u, ok := plainURL(x.Request.URL); ok {
		x.Key = plainKey(x.Request.Method, &u)
	} else {
		x.Key = KeyOf(x.Request.Method, x.Request.ParseURL())
	}
	x.Key.Sum = sum
	return nil
}

// UnmarshalOutcome decodes only what is replayed, which is faster than all of it. It leaves out
// the Request, the readable part of the Key, the Route, Identity and Secrets. If what is replayed
// depends on the request, because the response has a Vary or a content coding, is missing, or broke
// off, it does the same as UnmarshalBinary. It returns the same errors, x keeps no reference to b,
// and what x had before is gone.
//
// A bbolt tape uses it to look up a request. A [Store] returns whole exchanges, so its methods
// Find, Near and Scan need UnmarshalBinary. What UnmarshalOutcome has decoded must not be encoded
// again.
func (x *Exchange) UnmarshalOutcome(b []byte) error {
	if len(b) == 0 || b[0] != envelope {
		return x.UnmarshalBinary(b) // for its error
	}
	if err := x.decode(b[1:], true); err != nil {
		return err
	}
	if x.Fault != nil || len(x.Response.Header["Vary"]) > 0 || len(x.Response.Header["Content-Encoding"]) > 0 {
		return x.UnmarshalBinary(b)
	}
	return nil
}

// decode decodes the fields of an exchange, or only those of its outcome.
func (x *Exchange) decode(b []byte, outcome bool) error {
	*x = Exchange{Start: time.UnixMicro(0)} // a time that is left out is 0
	f := reader{message: b}
	for f.next() {
		if outcome && (f.number == fieldRequest || f.number == fieldRoute || f.number == fieldIdentity || f.number == fieldSecrets) {
			continue
		}
		if err := x.decodeField(&f); err != nil {
			return damagedRecord(err)
		}
	}
	if f.err != nil {
		return damagedRecord(f.err)
	}
	if x.Response == nil && x.Fault == nil {
		return damagedRecord(errNoOutcome)
	}
	return nil
}

func damagedRecord(err error) error {
	return &FormatError{Reason: "damaged record: " + err.Error()}
}

func (x *Exchange) decodeField(f *reader) error {
	kind := kindVarint
	switch f.number {
	case fieldSum, fieldRequest, fieldResponse, fieldFault, fieldRoute, fieldIdentity, fieldSecrets:
		kind = kindBytes
	}
	if f.number <= fieldMasked {
		if err := f.want(kind); err != nil {
			return err
		}
	}
	switch f.number {
	case fieldID:
		x.ID = ID(f.value)
	case fieldSum:
		if len(f.bytes()) != len(x.Key.Sum) {
			return fmt.Errorf("match sum of %d bytes", len(f.bytes()))
		}
		copy(x.Key.Sum[:], f.bytes())
	case fieldRequest:
		x.Request = Request{}
		return x.Request.decode(f.nested())
	case fieldResponse:
		x.Response = &Response{}
		return x.Response.decode(f.nested())
	case fieldFault:
		x.Fault = &Fault{}
		return x.Fault.decode(f.nested())
	case fieldStart:
		x.Start = time.UnixMicro(f.int())
	case fieldFirstByte:
		x.FirstByte = time.Duration(f.int())
	case fieldTotal:
		x.Total = time.Duration(f.int())
	case fieldAttempt:
		x.Attempt = int(f.int())
	case fieldRoute:
		x.Route = f.string()
	case fieldComplete:
		x.Complete = f.value != 0
	case fieldMissingBody:
		if x.missingBody = f.int(); x.missingBody < 0 {
			return errField
		}
	case fieldIdentity:
		return setHash(&x.Identity, f.bytes())
	case fieldSecrets:
		return setHash(&x.Secrets, f.bytes())
	case fieldMasked:
		x.Masked = f.value != 0
	default:
		x.unknown = append(x.unknown, f.raw()...)
	}
	return nil
}

func setHash(to *[]byte, b []byte) error {
	if len(b) != IdentitySize {
		return fmt.Errorf("identity of %d bytes", len(b))
	}
	*to = bytes.Clone(b)
	return nil
}

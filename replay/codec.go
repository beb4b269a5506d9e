package replay

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

const envelope = 1 // version byte in front of every encoded exchange

// Numbers of the fields. A number is never used again for something else.
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
	fieldBlob // length of Response.Body where a store keeps it apart
)

const (
	reqMethod = iota + 1
	reqURL
	reqHost
	reqHeader
	reqBody
	reqBodySize
	reqBodySum
)

const (
	respStatus = iota + 1
	respCode
	respProto
	respHeader
	respTrailer
	respBody
	respNoBody
	respLength
	respTransfer
	respUncompressed
	respClose
)

const (
	faultText = iota + 1
	faultKind
	faultTimeout
)

// MarshalBinary encodes x: a version byte, then tagged fields. It never fails.
func (x *Exchange) MarshalBinary() ([]byte, error) {
	b := make([]byte, 1, 512+len(x.Request.Body))
	b[0] = envelope
	b = putInt(b, fieldID, int64(x.ID)) //nolint:gosec // two's complement both ways
	b = putBytes(b, fieldSum, x.Key.Sum[:])
	b = putAlways(b, fieldRequest, x.Request.append(nil))
	if x.Response != nil {
		b = putAlways(b, fieldResponse, x.Response.append(nil))
	}
	if x.Fault != nil {
		b = putAlways(b, fieldFault, x.Fault.append(nil))
	}
	b = putInt(b, fieldStart, x.Start.UnixMicro())
	b = putInt(b, fieldFirstByte, int64(x.FirstByte))
	b = putInt(b, fieldTotal, int64(x.Total))
	b = putInt(b, fieldAttempt, int64(x.Attempt))
	b = putBytes(b, fieldRoute, x.Route)
	b = putBool(b, fieldComplete, x.Complete)
	b = putInt(b, fieldBlob, x.blob)
	return append(b, x.unknown...), nil
}

// UnmarshalBinary decodes what MarshalBinary made. Fields of later versions
// are kept; an envelope of a later version is a [FormatError]. Nothing of b is
// kept.
func (x *Exchange) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		return &FormatError{Reason: "empty record"}
	}
	if b[0] != envelope {
		return &FormatError{Found: int(b[0]), Want: envelope, Reason: "record of an unknown version"}
	}
	*x = Exchange{}
	if err := fields(b[1:], x.decode); err != nil {
		return &FormatError{Reason: "damaged record: " + err.Error()}
	}
	if x.Response == nil && x.Fault == nil {
		return &FormatError{Reason: "damaged record: " + errNoOutcome.Error()}
	}
	_, key := x.Request.place()
	key.Sum = x.Key.Sum
	x.Key = key
	return nil
}

func (x *Exchange) decode(f field) error {
	kind := wireVarint
	switch f.num {
	case fieldSum, fieldRequest, fieldResponse, fieldFault, fieldRoute:
		kind = wireBytes
	}
	if f.num <= fieldBlob {
		if err := f.want(kind); err != nil {
			return err
		}
	}
	switch f.num {
	case fieldID:
		x.ID = ID(f.value)
	case fieldSum:
		if len(f.bytes) != len(x.Key.Sum) {
			return fmt.Errorf("match sum of %d bytes", len(f.bytes))
		}
		copy(x.Key.Sum[:], f.bytes)
	case fieldRequest:
		x.Request = Request{}
		return fields(f.bytes, x.Request.decode)
	case fieldResponse:
		x.Response = &Response{}
		return fields(f.bytes, x.Response.decode)
	case fieldFault:
		x.Fault = &Fault{}
		return fields(f.bytes, x.Fault.decode)
	case fieldStart:
		x.Start = time.UnixMicro(f.int())
	case fieldFirstByte:
		x.FirstByte = time.Duration(f.int())
	case fieldTotal:
		x.Total = time.Duration(f.int())
	case fieldAttempt:
		x.Attempt = int(f.int())
	case fieldRoute:
		x.Route = string(f.bytes)
	case fieldComplete:
		x.Complete = f.value != 0
	case fieldBlob:
		x.blob = f.int()
	default:
		x.unknown = append(x.unknown, f.raw...)
	}
	return nil
}

func (r *Request) append(b []byte) []byte {
	b = putBytes(b, reqMethod, r.Method)
	b = putBytes(b, reqURL, r.URL)
	b = putBytes(b, reqHost, r.Host)
	b = putHeader(b, reqHeader, r.Header)
	b = putBytes(b, reqBody, r.Body)
	b = putInt(b, reqBodySize, r.BodySize)
	return putBytes(b, reqBodySum, r.BodySum)
}

func (r *Request) decode(f field) error {
	if f.num <= reqBodySum && (f.num == reqBodySize) != (f.kind == wireVarint) {
		return errWire
	}
	switch f.num {
	case reqMethod:
		r.Method = string(f.bytes)
	case reqURL:
		r.URL = string(f.bytes)
	case reqHost:
		r.Host = string(f.bytes)
	case reqHeader:
		return getHeader(&r.Header, f.bytes)
	case reqBody:
		r.Body = bytes.Clone(f.bytes)
	case reqBodySize:
		r.BodySize = f.int()
	case reqBodySum:
		r.BodySum = bytes.Clone(f.bytes)
	}
	return nil
}

func (r *Response) append(b []byte) []byte {
	b = putBytes(b, respStatus, r.Status)
	b = putInt(b, respCode, int64(r.StatusCode))
	b = putBytes(b, respProto, r.Proto)
	b = putHeader(b, respHeader, r.Header)
	b = putHeader(b, respTrailer, r.Trailer)
	b = putBytes(b, respBody, r.Body)
	b = putBool(b, respNoBody, r.NoBody)
	b = putInt(b, respLength, r.ContentLength)
	for _, t := range r.TransferEncoding {
		b = putAlways(b, respTransfer, t)
	}
	b = putBool(b, respUncompressed, r.Uncompressed)
	return putBool(b, respClose, r.Close)
}

func (r *Response) decode(f field) error {
	switch f.num {
	case respCode, respNoBody, respLength, respUncompressed, respClose:
		if err := f.want(wireVarint); err != nil {
			return err
		}
	case respStatus, respProto, respHeader, respTrailer, respBody, respTransfer:
		if err := f.want(wireBytes); err != nil {
			return err
		}
	}
	switch f.num {
	case respStatus:
		r.Status = string(f.bytes)
	case respCode:
		r.StatusCode = int(f.int())
	case respProto:
		r.Proto = string(f.bytes)
	case respHeader:
		return getHeader(&r.Header, f.bytes)
	case respTrailer:
		return getHeader(&r.Trailer, f.bytes)
	case respBody:
		r.Body = bytes.Clone(f.bytes)
	case respNoBody:
		r.NoBody = f.value != 0
	case respLength:
		r.ContentLength = f.int()
	case respTransfer:
		r.TransferEncoding = append(r.TransferEncoding, string(f.bytes))
	case respUncompressed:
		r.Uncompressed = f.value != 0
	case respClose:
		r.Close = f.value != 0
	}
	return nil
}

func (t *Fault) append(b []byte) []byte {
	b = putBytes(b, faultText, t.Text)
	b = putBytes(b, faultKind, string(t.Kind))
	return putBool(b, faultTimeout, t.IsTimeout)
}

func (t *Fault) decode(f field) error {
	if f.num <= faultTimeout && (f.num == faultTimeout) != (f.kind == wireVarint) {
		return errWire
	}
	switch f.num {
	case faultText:
		t.Text = string(f.bytes)
	case faultKind:
		t.Kind = FaultKind(f.bytes)
	case faultTimeout:
		t.IsTimeout = f.value != 0
	}
	return nil
}

// putHeader writes each name with its values as one field; a nil header and an
// empty one are the same.
func putHeader(b []byte, num int, h http.Header) []byte {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		pair := putAlways(nil, 1, name)
		for _, v := range h[name] {
			pair = putAlways(pair, 2, v)
		}
		b = putAlways(b, num, pair)
	}
	return b
}

func getHeader(h *http.Header, b []byte) error {
	var name string
	var values []string
	err := fields(b, func(f field) error {
		if err := f.want(wireBytes); err != nil {
			return err
		}
		switch f.num {
		case 1:
			name = string(f.bytes)
		case 2:
			values = append(values, string(f.bytes))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if *h == nil {
		*h = make(http.Header)
	}
	(*h)[name] = append((*h)[name], values...)
	return nil
}

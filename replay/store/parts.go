package store

import (
	"bytes"
	"net/http"
	"slices"
)

// Numbers of the fields of a request, a response and a fault.
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
	respPieces
)

const (
	faultText = iota + 1
	faultKind
	faultTimeout
)

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
	if f.number <= reqBodySum && (f.number == reqBodySize) != (f.kind == kindVarint) {
		return errField
	}
	switch f.number {
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
	b = putBool(b, respClose, r.Close)
	return putBytes(b, respPieces, appendPieces(nil, r.Pieces))
}

func (r *Response) decode(f field) (err error) {
	switch f.number {
	case respCode, respNoBody, respLength, respUncompressed, respClose:
		if err := f.want(kindVarint); err != nil {
			return err
		}
	case respStatus, respProto, respHeader, respTrailer, respBody, respTransfer, respPieces:
		if err := f.want(kindBytes); err != nil {
			return err
		}
	}
	switch f.number {
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
	case respPieces:
		r.Pieces, err = decodePieces(f.bytes)
	}
	return err
}

func (f *Fault) append(b []byte) []byte {
	b = putBytes(b, faultText, f.Text)
	b = putBytes(b, faultKind, string(f.Kind))
	return putBool(b, faultTimeout, f.IsTimeout)
}

func (f *Fault) decode(d field) error {
	if d.number <= faultTimeout && (d.number == faultTimeout) != (d.kind == kindVarint) {
		return errField
	}
	switch d.number {
	case faultText:
		f.Text = string(d.bytes)
	case faultKind:
		f.Kind = FaultKind(d.bytes)
	case faultTimeout:
		f.IsTimeout = d.value != 0
	}
	return nil
}

// putHeader writes each name with its values as one field; a nil header and an
// empty one are the same.
func putHeader(b []byte, number int, h http.Header) []byte {
	var few [32]string // no allocation for what most have
	names := few[:0]
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b = putNested(b, number, func(b []byte) []byte {
			b = putAlways(b, 1, name)
			for _, v := range h[name] {
				b = putAlways(b, 2, v)
			}
			return b
		})
	}
	return b
}

func getHeader(h *http.Header, b []byte) error {
	var name string
	var values []string
	err := fields(b, func(f field) error {
		if err := f.want(kindBytes); err != nil {
			return err
		}
		switch f.number {
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

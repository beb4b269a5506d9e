package store

import (
	"bytes"
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

func (r *Request) decode(f reader) error {
	f.copyText(reqBody)
	var header headerReader
	for f.next() {
		if f.number <= reqBodySum && (f.number == reqBodySize) != (f.kind == kindVarint) {
			return errField
		}
		switch f.number {
		case reqMethod:
			r.Method = f.string()
		case reqURL:
			r.URL = f.string()
		case reqHost:
			r.Host = f.string()
		case reqHeader:
			if err := header.add(&r.Header, f.nested()); err != nil {
				return err
			}
		case reqBody:
			r.Body = bytes.Clone(f.bytes())
		case reqBodySize:
			r.BodySize = f.int()
		case reqBodySum:
			r.BodySum = bytes.Clone(f.bytes())
		}
	}
	return f.err
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

func (r *Response) decode(f reader) error {
	f.copyText(respBody)
	var header headerReader
	for f.next() {
		if err := r.decodeField(&f, &header); err != nil {
			return err
		}
	}
	return f.err
}

func (r *Response) decodeField(f *reader, header *headerReader) (err error) {
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
		r.Status = f.string()
	case respCode:
		r.StatusCode = int(f.int())
	case respProto:
		r.Proto = f.string()
	case respHeader:
		return header.add(&r.Header, f.nested())
	case respTrailer:
		return header.add(&r.Trailer, f.nested())
	case respBody:
		r.Body = bytes.Clone(f.bytes())
	case respNoBody:
		r.NoBody = f.value != 0
	case respLength:
		r.ContentLength = f.int()
	case respTransfer:
		r.TransferEncoding = append(r.TransferEncoding, f.string())
	case respUncompressed:
		r.Uncompressed = f.value != 0
	case respClose:
		r.Close = f.value != 0
	case respPieces:
		r.Pieces, err = decodePieces(f.bytes())
	}
	return err
}

func (f *Fault) append(b []byte) []byte {
	b = putBytes(b, faultText, f.Text)
	b = putBytes(b, faultKind, string(f.Kind))
	return putBool(b, faultTimeout, f.IsTimeout)
}

func (f *Fault) decode(d reader) error {
	for d.next() {
		if d.number <= faultTimeout && (d.number == faultTimeout) != (d.kind == kindVarint) {
			return errField
		}
		switch d.number {
		case faultText:
			f.Text = d.string()
		case faultKind:
			f.Kind = FaultKind(d.string())
		case faultTimeout:
			f.IsTimeout = d.value != 0
		}
	}
	return d.err
}

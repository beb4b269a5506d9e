package kinds

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
)

func sends(contentType, body string, header ...string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		_, _ = io.WriteString(w, body)
	}
}

// writes returns a handler that sends text as it is and closes the connection.
func writes(text string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func sendsZipped(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(zipped("zipped text"))
}

func sendsTrailers(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Trailer", "X-Sum, X-Twice")
	_, _ = io.WriteString(w, "body")
	w.Header().Set("X-Sum", "42")
	w.Header()["X-Twice"] = []string{"b", "a"}
}

func redirects(w http.ResponseWriter, r *http.Request, _ int) {
	if r.URL.RawQuery == "" {
		http.Redirect(w, r, r.URL.Path+"?id=7", http.StatusFound)
		return
	}
	_, _ = io.WriteString(w, "the end")
}

func echoes(w http.ResponseWriter, r *http.Request, _ int) {
	b, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s of %d bytes, %s, %x", r.Method, len(b), r.Header.Get("Content-Type"), sha256.Sum256(b))
}

func always(contentType, body string) func() (string, string) {
	return func() (string, string) { return contentType, body }
}

// aFile returns a form with a file. The boundary is new each time.
func aFile() (contentType, body string) {
	var b strings.Builder
	form := multipart.NewWriter(&b)
	_ = form.WriteField("name", "pikachu")
	file, _ := form.CreateFormFile("picture", "p.png")
	_, _ = io.WriteString(file, "\x89PNG\r\n\x00\xff")
	_ = form.Close()
	return form.FormDataContentType(), b.String()
}

func receivesAFile(w http.ResponseWriter, r *http.Request, _ int) {
	file, head, err := r.FormFile("picture")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b, _ := io.ReadAll(file)
	_, _ = fmt.Fprintf(w, "%s, %s, %x", r.FormValue("name"), head.Filename, b)
}

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

package main

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gracy")
	a, err := openAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, caKeyFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %o", path, info.Mode(), err, want)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	for _, host := range []string{"api.test", "127.0.0.1", "::1"} {
		c, err := a.certificate(host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: host}); err != nil {
			t.Errorf("the certificate for %s: %v", host, err)
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: "other.test"}); err == nil {
			t.Errorf("the certificate for %s is one for another host too", host)
		}
		again, err := a.certificate(host)
		if err != nil || again != c {
			t.Errorf("a second certificate is made for %s, %v", host, err)
		}
		if c.Leaf.IsCA || time.Until(c.Leaf.NotAfter) > 31*24*time.Hour {
			t.Errorf("the certificate for %s signs others, or is good until %v", host, c.Leaf.NotAfter)
		}
	}
	// It is the same one in the next session, and keeps a bounded number of certificates.
	b, err := openAuthority(dir)
	if err != nil || !bytes.Equal(b.cert.Raw, a.cert.Raw) {
		t.Fatalf("the authority is made anew, %v", err)
	}
	for i := range maxLeaves + 10 {
		if _, err := b.certificate(fmt.Sprintf("host-%d.test", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.leaves) > maxLeaves {
		t.Errorf("%d certificates are kept, want at most %d", len(b.leaves), maxLeaves)
	}
}

func TestAKeyThatOthersReadIsNotUsed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gracy")
	if _, err := openAuthority(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, caKeyFile), 0o644); err != nil { //nolint:gosec // on purpose
		t.Fatal(err)
	}
	if _, err := openAuthority(dir); err == nil {
		t.Error("a key that others can read is used")
	}
}

// Processes that make the authority at once have the same one, and one that a crash has left
// without a certificate gets it.
func TestAuthorityIsMadeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gracy")
	var wg sync.WaitGroup
	all := make([]*authority, 8)
	for i := range all {
		wg.Go(func() {
			a, err := openAuthority(dir)
			if err != nil {
				t.Error(err)
				return
			}
			all[i] = a
		})
	}
	wg.Wait()
	for i, a := range all {
		if a == nil || !bytes.Equal(a.cert.Raw, all[0].cert.Raw) || !a.key.Equal(all[0].key) {
			t.Fatalf("authority %d is another one", i)
		}
	}
	if err := os.Remove(filepath.Join(dir, caFile)); err != nil {
		t.Fatal(err)
	}
	a, err := openAuthority(dir)
	if err != nil || !a.key.Equal(all[0].key) {
		t.Errorf("a key without a certificate is not used: %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("the folder has %v, %v, want two files", files, err)
	}
	for _, name := range []string{caFile, caKeyFile} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{nil, whole[:len(whole)/2]} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openAuthority(dir); err == nil || !strings.Contains(err.Error(), "remove ca.pem and ca-key.pem") {
				t.Errorf("%s of %d bytes: %v, want an error that says what to do", name, len(b), err)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A host may be as long as DNS lets it be, and end with a dot.
func TestCertificateForAnyName(t *testing.T) {
	a, err := openAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	for _, host := range []string{"api.test.", strings.Repeat("long-label.", 22) + "test"} {
		c, err := a.certificate(host)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(c.Leaf.Subject.CommonName); n > 64 {
			t.Errorf("the common name has %d bytes, want at most 64", n)
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: strings.TrimSuffix(host, ".")}); err != nil {
			t.Errorf("the certificate for %s: %v", host, err)
		}
	}
}

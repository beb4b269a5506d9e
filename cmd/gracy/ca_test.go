package main

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
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

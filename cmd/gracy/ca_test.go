package main

import (
	"bytes"
	"crypto/rand"
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
	for name, open := range map[string]func(dir string) error{
		"a key that others can read":        func(dir string) error { return os.Chmod(filepath.Join(dir, caKeyFile), 0o644) }, //nolint:gosec // on purpose
		"a folder that others can write to": func(dir string) error { return os.Chmod(dir, 0o777) },                           //nolint:gosec // on purpose
	} {
		dir := filepath.Join(t.TempDir(), "gracy")
		if _, err := openAuthority(dir); err != nil {
			t.Fatal(err)
		}
		if err := open(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := openAuthority(dir); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s is used, %v", name, err)
		}
	}
}

// Whoever gets hold of the key can make certificates for servers with it, as long as the
// authority is good, and nothing else; the key itself signs nothing but certificates.
func TestWhatTheAuthorityCanSign(t *testing.T) {
	a, err := openAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if d := time.Until(a.cert.NotAfter); d > 366*24*time.Hour {
		t.Errorf("the authority is good for %v, want a year at most", d)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	sign := func(change func(*x509.Certificate), parent *x509.Certificate, public any) *x509.Certificate {
		t.Helper()
		template, err := newCertificate("stolen", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		change(template)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, a.key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return cert
	}
	key := a.key.Public()
	for usage, want := range map[x509.ExtKeyUsage]bool{
		x509.ExtKeyUsageServerAuth: true, x509.ExtKeyUsageClientAuth: false, x509.ExtKeyUsageCodeSigning: false, x509.ExtKeyUsageEmailProtection: false,
	} {
		cert := sign(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{usage} }, a.cert, key)
		_, err := cert.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{usage}})
		if (err == nil) != want {
			t.Errorf("a certificate with the extended key usage %d: %v, want it good: %v", usage, err, want)
		}
	}
	below := sign(func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}, a.cert, key)
	leaf := sign(func(c *x509.Certificate) { c.DNSNames = []string{"api.test"} }, below, key)
	among := x509.NewCertPool()
	among.AddCert(below)
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: pool, Intermediates: among}); err == nil {
		t.Error("an authority below this one is good")
	}
	c, err := a.certificate("api.test")
	if err != nil {
		t.Fatal(err)
	}
	if a.key.PublicKey.Equal(c.Leaf.PublicKey) {
		t.Error("connections are signed with the key of the authority")
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

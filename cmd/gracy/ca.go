package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	caFile     = "ca.pem"
	caKeyFile  = "ca-key.pem"
	caDays     = 365 // then whatever trusts it has to learn of another
	leafDays   = 30
	maxLeaves  = 1024
	caName     = "gracy proxy, for this machine alone"
	pemKey     = "EC PRIVATE KEY"
	pemCert    = "CERTIFICATE"
	clockDrift = time.Hour
)

// authority signs certificates for the hosts that clients of the proxy ask for. Its key
// stays in its folder, and signs nothing else.
type authority struct {
	cert    *x509.Certificate
	key     *ecdsa.PrivateKey
	leafKey *ecdsa.PrivateKey // of all certificates that it makes: it never leaves this process

	mu     sync.Mutex // mu guards leaves, and is held while one is made
	leaves map[string]*tls.Certificate
}

// openAuthority reads the authority of a folder, or makes it: the folder with mode 0700, the
// key with 0600. A key that others can read, or put there, is an error. Several processes may
// do so at once, and get the same one.
func openAuthority(dir string) (*authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	mode, err := modeOf(dir)
	if err == nil && mode&0o022 != 0 {
		err = fmt.Errorf("%s: other users can write to it (mode %o): run chmod go-w", dir, mode)
	}
	if err != nil {
		return nil, err
	}
	keyPath, certPath := filepath.Join(dir, caKeyFile), filepath.Join(dir, caFile)
	key, err := keyOf(keyPath)
	if err != nil {
		return nil, err
	}
	cert, err := certificateOf(certPath, key)
	if err != nil {
		return nil, err
	}
	switch {
	case !key.PublicKey.Equal(cert.PublicKey):
		err = errors.New("the key does not belong to the certificate")
	case time.Now().After(cert.NotAfter):
		err = errors.New("the certificate has expired")
	}
	if err != nil {
		return nil, badAuthority(certPath, err)
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &authority{cert: cert, key: key, leafKey: leafKey, leaves: make(map[string]*tls.Certificate)}, nil
}

// modeOf returns who may do what with a file: 0 on Windows, whose modes say nothing of that.
func modeOf(path string) (os.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

func badAuthority(path string, err error) error {
	return fmt.Errorf("%s: %w: remove %s and %s, and stop trusting the certificate", path, err, caFile, caKeyFile)
}

// keyOf reads the key of a file, which it makes where it is not there.
func keyOf(path string) (*ecdsa.PrivateKey, error) {
	mode, err := modeOf(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil {
			mode, err = modeOf(path)
		}
	}
	if err != nil {
		return nil, err
	}
	if mode&0o077 != 0 {
		return nil, badAuthority(path, fmt.Errorf("other users can read it (mode %o)", mode))
	}
	der, err := readPEM(path, pemKey)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, badAuthority(path, err)
	}
	return key, nil
}

func makeKey(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return write(path, 0o600, pemKey, secret)
}

// certificateOf reads the certificate of a key, which it makes where it is not there, such
// as after a crash.
func certificateOf(path string, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := makeCertificate(path, key); err != nil {
			return nil, err
		}
	}
	der, err := readPEM(path, pemCert)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, badAuthority(path, err)
	}
	return cert, nil
}

func makeCertificate(path string, key *ecdsa.PrivateKey) error {
	template, err := newCertificate(caName, caDays*24*time.Hour)
	if err != nil {
		return err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	// Whoever steals the key can be a server to whoever trusts it, and no more: no client, no
	// author of programs, and no authority that lasts longer.
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	return write(path, 0o644, pemCert, der)
}

func readPEM(path, kind string) ([]byte, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the user's folder
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != kind {
		return nil, badAuthority(path, errors.New("it was not made by gracy, or is damaged"))
	}
	return block.Bytes, nil
}

// write makes a file, whole, where there is none. If another process has made it first,
// that one stays, and it is no error.
func write(path string, mode os.FileMode, kind string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".gracy-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: b}), f.Sync(), f.Close())
	if err == nil {
		err = os.Chmod(f.Name(), mode)
	}
	if err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(f.Name(), path) // a file system without links
}

func newCertificate(name string, valid time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-clockDrift), NotAfter: now.Add(valid),
	}, nil
}

// certificate returns one for a host, made anew when it is about to end.
func (a *authority) certificate(host string) (*tls.Certificate, error) {
	host = strings.TrimSuffix(host, ".") // the root, which no certificate names
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.leaves[host]; c != nil && time.Now().Add(clockDrift).Before(c.Leaf.NotAfter) {
		return c, nil
	}
	template, err := newCertificate("gracy proxy", leafDays*24*time.Hour) // a host may be too long for a name
	if err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, a.leafKey.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if len(a.leaves) >= maxLeaves {
		clear(a.leaves)
	}
	c := &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.leafKey, Leaf: leaf}
	a.leaves[host] = c
	return c, nil
}

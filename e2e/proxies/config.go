package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// nginx returns a configuration with lines for its http and its server block.
func nginx(origins []string, two bool, http, server string) func(dir, port string) string {
	return func(dir, port string) string {
		user := ""
		if os.Getuid() == 0 {
			user = "user root;"
		}
		listen := "listen 127.0.0.1:" + port + ";"
		if two {
			listen = fmt.Sprintf("listen 127.0.0.1:%s ssl http2; ssl_certificate %s/cert; ssl_certificate_key %s/key;", port, filepath.Dir(dir), filepath.Dir(dir))
		}
		upstream := "server " + strings.Join(origins, "; server ") + ";"
		r := strings.NewReplacer("DIR", dir, "USER", user, "LISTEN", listen, "UPSTREAM", upstream, "HTTP", http, "SERVER", server)
		return r.Replace(`USER
daemon off;
worker_processes 2;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
	upstream origin { UPSTREAM keepalive 64; }
	HTTP
	server {
		LISTEN
		SERVER
		location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }
	}
}
`)
	}
}

// haproxy returns a configuration with lines for its defaults and its backend.
func haproxy(origin, frontend, backend string) func(dir, port string) string {
	return func(_, port string) string {
		return strings.NewReplacer("PORT", port, "ORIGIN", origin, "FRONTEND", frontend, "BACKEND", backend).Replace(`defaults
	mode http
	timeout connect 5s
	timeout client 30s
	timeout server 30s
	FRONTEND
frontend f
	bind 127.0.0.1:PORT
	default_backend b
backend b
	BACKEND
	server s ORIGIN
`)
	}
}

// varnish returns a configuration that passes everything on.
func varnish(origin string) func(dir, port string) string {
	host, port, _ := net.SplitHostPort(origin)
	return func(string, string) string {
		return fmt.Sprintf("vcl 4.1;\nbackend default { .host = %q; .port = %q; }\nsub vcl_recv { return (pass); }\n", host, port)
	}
}

// certificate writes a certificate for loopback and its key into a folder.
func certificate(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"time"

	"github.com/gracy-go/gracy/retry"
)

// scenario is a proxy in a state that causes trouble, and the calls that are made through it.
type scenario struct {
	name       string
	command    []string
	config     func(origin string) func(dir, port string) string
	two        bool // HTTP/2 to the proxy
	dropSecond bool
	slow       time.Duration
	kinds      []kind
	load       load
	certain    bool // whether no call may fail, because it is known what was not processed
	policy     *retry.Policy
	control    bool // whether a promise must be broken, which shows that promises are tested
}

func nginxCommand() []string   { return []string{"nginx", "-c", "FILE", "-p", "DIR"} }
func haproxyCommand() []string { return []string{"haproxy", "-db", "-f", "FILE"} }
func varnishCommand() []string {
	return []string{"varnishd", "-F", "-j", "none", "-n", "DIR", "-a", "PORT", "-f", "FILE", "-s", "malloc,16m"}
}

// scenarios returns the cases. Their letters are those of the measurement from which
// docs/proxies.md was made.
func scenarios() []scenario {
	plain := func(http, server string) func(string) func(dir, port string) string {
		return func(o string) func(dir, port string) string { return nginx([]string{o}, false, http, server) }
	}
	secure := func(server string) func(string) func(dir, port string) string {
		return func(o string) func(dir, port string) string { return nginx([]string{o}, true, "", server) }
	}
	const down = "127.0.0.1:1"
	standard := new(retry.Policy)
	all := []scenario{
		{name: "b idle connection closes, h1", command: nginxCommand(), config: plain("", "keepalive_timeout 1s;"), load: idle(48, time.Second, 4*time.Millisecond)},
		{name: "c reload, h1", command: nginxCommand(), config: plain("", ""), load: reloading(20, 3, 500*time.Millisecond)},
		{name: "c reload, h2", command: nginxCommand(), config: secure(""), two: true, load: reloading(20, 3, 500*time.Millisecond), certain: true},
		{name: "d idle connection closes, haproxy", command: haproxyCommand(), config: func(o string) func(dir, port string) string {
			return haproxy(o, "timeout http-keep-alive 1s", "")
		}, load: idle(48, time.Second, 4*time.Millisecond)},
		{name: "d fresh connection gets 408", command: haproxyCommand(), config: func(o string) func(dir, port string) string {
			return haproxy(o, "timeout http-request 1s", "")
		}, load: unused(48, time.Second, 4*time.Millisecond)},
		{name: "f 10 requests a connection, h2", command: nginxCommand(), config: secure("keepalive_requests 10;"), two: true, load: together(5, 30), certain: true},
		{name: "f the same, 25 workers", command: nginxCommand(), config: secure("keepalive_requests 10;"), two: true, kinds: []kind{post, pipe}, load: together(25, 10)},
		{name: "g origin drops the second, nginx", command: nginxCommand(), config: plain("", ""), dropSecond: true, load: together(1, 20)},
		{name: "g origin drops the second, haproxy", command: haproxyCommand(), config: func(o string) func(dir, port string) string {
			return haproxy(o, "", "http-reuse always")
		}, dropSecond: true, load: together(1, 20)},
		{name: "g origin drops the second, varnish", command: varnishCommand(), config: varnish, dropSecond: true, kinds: []kind{post, pipe, empty}, load: together(1, 20)},
		{name: "g the same, what waits 5 s", command: varnishCommand(), config: varnish, dropSecond: true, kinds: []kind{get, put, keyed}, load: together(1, 4)},
		{name: "h limit_conn 1: 503", command: nginxCommand(), config: plain("limit_conn_zone $binary_remote_addr zone=z:1m;", "limit_conn z 1;"), slow: 5 * time.Millisecond, load: together(8, 5)},
		{name: "h limit_conn_status 429", command: nginxCommand(), config: plain("limit_conn_zone $binary_remote_addr zone=z:1m;", "limit_conn z 1; limit_conn_status 429;"), slow: 5 * time.Millisecond, kinds: []kind{post, pipe}, load: together(4, 3)},
		{name: "h origin down: 502", command: nginxCommand(), config: func(string) func(dir, port string) string {
			return nginx([]string{down}, false, "", "")
		}, load: together(1, 5)},
		{name: "h first of two origins down", command: nginxCommand(), config: func(o string) func(dir, port string) string {
			return nginx([]string{down, o}, false, "", "")
		}, load: together(2, 10), certain: true},
	}
	for i := range all {
		all[i].policy = standard
	}
	return append(all,
		scenario{name: "control: f without retry", command: nginxCommand(), config: secure("keepalive_requests 10;"), two: true, kinds: []kind{pipe}, load: together(5, 30), certain: true, control: true},
		scenario{name: "control: g with Unsafe", command: haproxyCommand(), config: func(o string) func(dir, port string) string {
			return haproxy(o, "", "http-reuse always")
		}, dropSecond: true, kinds: []kind{post}, load: together(1, 20), policy: &retry.Policy{Unsafe: true}, control: true},
	)
}

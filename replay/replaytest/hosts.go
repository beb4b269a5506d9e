package replaytest

import (
	"iter"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// hosts gives the hosts of a test their names on the tape. A nil hosts has seen none.
type hosts struct {
	named map[string]string
	only  string // the name of any other loopback address, "" for none
	one   bool   // whether the test has only one server

	// mu guards ports.
	mu sync.Mutex
	// ports are the loopback addresses without a name that were seen. At most two are kept, since
	// two are an error already.
	ports []string
}

// newHosts returns the hosts of Config.Hosts. A key may be the URL of a server.
func newHosts(names map[string]string) *hosts {
	h := &hosts{named: make(map[string]string, len(names))}
	for host, name := range names {
		if u, err := url.Parse(host); err == nil && u.Host != "" {
			host = u.Host
		}
		h.named[strings.ToLower(host)] = name
	}
	return h
}

// name implements [replay.Options.Host].
func (h *hosts) name(host string) string {
	if name, ok := h.named[strings.ToLower(host)]; ok {
		return name
	}
	u := url.URL{Host: host}
	if u.Port() == "" || !loopback(u.Hostname()) {
		return host
	}
	if h.only != "" {
		return h.only
	}
	h.see(host)
	return strings.TrimSuffix(host, ":"+u.Port())
}

// replays finds out from the hosts of a replayed tape which server a loopback address means. A link
// or a redirect on the tape may name the address that the server had when it was recorded. If only
// one server is named, and no other was recorded, it is that one. Call it before the first request.
func (h *hosts) replays(taped iter.Seq[string]) {
	if h == nil {
		return
	}
	only, names := "", map[string]bool{}
	for host, name := range h.named {
		names[name] = true
		u := url.URL{Host: host}
		switch {
		case !loopback(u.Hostname()):
		case only == "" || only == name:
			only = name
		default:
			return
		}
	}
	if only == "" {
		h.one = true // a second one without a name cannot be recorded
		return
	}
	for host := range taped {
		u := url.URL{Host: host}
		if loopback(u.Hostname()) && !names[host] {
			return
		}
	}
	h.only, h.one = only, true
}

func (h *hosts) see(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.ports) == 0 || len(h.ports) == 1 && h.ports[0] != host {
		h.ports = append(h.ports, host)
	}
}

// mixed returns two servers that the tape cannot distinguish, or nil.
func (h *hosts) mixed() []string {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.ports) < 2 {
		return nil
	}
	return h.ports
}

func loopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback() || strings.EqualFold(name, "localhost")
}

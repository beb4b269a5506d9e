// Package prometheus has a real Prometheus scrape a program, and evaluates the rules and the
// dashboard of folder ops in it.
package prometheus

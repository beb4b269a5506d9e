// Package prometheus lets a real Prometheus scrape a program, and evaluates in it the rules and the
// dashboard of folder ops.
package prometheus

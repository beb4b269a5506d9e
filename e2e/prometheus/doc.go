// Package prometheus has a real Prometheus scrape a program, and evaluates there what folder ops offers.
package prometheus

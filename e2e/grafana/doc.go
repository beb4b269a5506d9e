// Package grafana decodes the dashboard of folder ops into the types that Grafana publishes for its
// schema. It also looks for mistakes that these types allow and that Grafana shows as an empty
// panel.
package grafana

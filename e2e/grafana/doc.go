// Package grafana reads the dashboard of folder ops by the types that Grafana publishes of its
// schema. It also looks for mistakes that these types allow and that Grafana shows as an empty
// panel.
package grafana

// Package grafana reads the dashboard of folder ops by the types that Grafana publishes of its own schema, and looks for what these
// allow and Grafana shows as an empty panel.
package grafana

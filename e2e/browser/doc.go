// Package browser opens the pages of package report in Chromium, as a person would.
package browser

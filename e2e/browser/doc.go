// Package browser opens the pages of package report in Chromium, as a user would.
package browser

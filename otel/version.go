package otel

import "runtime/debug"

// version returns the version of this module in the program, "" if it is not known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionIn(info)
}

// versionIn returns the version of what was built: in place of what go.mod requires, that may be
// a fork or a folder.
func versionIn(info *debug.BuildInfo) string {
	for _, dep := range info.Deps {
		switch {
		case dep.Path != module:
		case dep.Replace != nil:
			return dep.Replace.Version
		default:
			return dep.Version
		}
	}
	return ""
}

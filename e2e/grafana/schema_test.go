package grafana

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

const sdk = "github.com/grafana/grafana-foundation-sdk/go"

// A schema checks a dashboard against Grafana's types and their constants.
type schema struct {
	t     *testing.T
	dir   string
	known map[string]map[string][]string // constants by package and type; untyped ones have the type ""
}

func newSchema(t *testing.T) *schema {
	t.Helper()
	// A panel of another type needs a line here. Without one its options are decoded without
	// checks.
	cog.NewRuntime().RegisterPanelcfgVariant(timeseries.VariantConfig())
	cog.NewRuntime().RegisterDataqueryVariant(prometheus.VariantConfig())
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", sdk).Output()
	if err != nil {
		t.Fatal(err)
	}
	return &schema{t: t, dir: strings.TrimSpace(string(dir)), known: map[string]map[string][]string{}}
}

// strict returns fields that are missing, unknown or of the wrong type.
func (s *schema) strict(raw []byte) []string {
	found := said("", dashboard.NewDashboard().UnmarshalJSONStrict(raw))
	// UnmarshalJSONStrict is less strict about these.
	var loose struct {
		Panels []struct {
			Type, Title string
			FieldConfig json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &loose); err != nil {
		return append(found, err.Error())
	}
	for _, p := range loose.Panels {
		if p.Type == "row" {
			continue
		}
		if _, known := cog.ConfigForPanelcfgVariant(p.Type); !known {
			found = append(found, fmt.Sprintf("%s: nothing here knows panels of type %q", p.Title, p.Type))
		}
		found = append(found, said(p.Title+": fieldConfig.", dashboard.NewFieldConfigSource().UnmarshalJSONStrict(p.FieldConfig))...)
	}
	return found
}

// said returns the texts of the parts of an error. Grafana's types return an error without parts,
// not nil, if nothing is wrong.
func said(before string, err error) (found []string) {
	if parts, ok := errors.AsType[cog.BuildErrors](err); ok {
		for _, part := range parts {
			found = append(found, before+part.Error())
		}
		return found
	}
	if err != nil {
		found = append(found, before+err.Error())
	}
	return found
}

// values returns what breaks a rule of the types, values that their enumerations do not have, and
// units that do not exist.
func (s *schema) values(d *dashboard.Dashboard) []string { //nolint:staticcheck // see board
	found := said("", d.Validate())
	s.walk(reflect.ValueOf(d), &found)
	for _, p := range d.Panels {
		if p.Panel == nil {
			continue
		}
		unit := ""
		if c := p.Panel.FieldConfig; c != nil && c.Defaults.Unit != nil {
			unit = *c.Defaults.Unit
		}
		if !slices.Contains(s.constants(sdk + "/units")[""], unit) {
			found = append(found, fmt.Sprintf("%s: there is no unit %q", title(p.Panel), unit))
		}
	}
	return found
}

// walk adds the values that their enumerations do not have.
func (s *schema) walk(v reflect.Value, found *[]string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			s.walk(v.Elem(), found)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			s.walk(field, found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			s.walk(v.Index(i), found)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			s.walk(v.MapIndex(key), found)
		}
	default:
		at, name := v.Type().PkgPath(), v.Type().Name()
		if !strings.HasPrefix(at, sdk) {
			return
		}
		if all := s.constants(at)[name]; len(all) > 0 && !slices.Contains(all, fmt.Sprint(v.Interface())) {
			*found = append(*found, fmt.Sprintf("%v is no %s: %q", v.Interface(), name, all))
		}
	}
}

// constants returns the constants of one of Grafana's packages, by type.
func (s *schema) constants(path string) map[string][]string {
	if known := s.known[path]; known != nil {
		return known
	}
	known := map[string][]string{}
	s.known[path] = known
	file := filepath.Join(s.dir, strings.TrimPrefix(path, sdk), "types_gen.go")
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant, ok := spec.(*ast.ValueSpec)
			if !ok || len(constant.Values) != 1 {
				continue
			}
			literal, ok := constant.Values[0].(*ast.BasicLit)
			if !ok {
				continue
			}
			name := ""
			if of, ok := constant.Type.(*ast.Ident); ok {
				name = of.Name
			}
			value := literal.Value
			if text, err := strconv.Unquote(value); err == nil {
				value = text
			}
			known[name] = append(known[name], value)
		}
	}
	if len(known) == 0 {
		s.t.Errorf("%s has no constants", file)
	}
	return known
}

func title(p *dashboard.Panel) string {
	if p.Title == nil {
		return "a panel"
	}
	return *p.Title
}

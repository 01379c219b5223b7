package api

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Document is the OpenAPI document of the control API (version 3.1), as a value to
// be written as JSON. It is made of the types that handlers read and write, so that
// both say the same; docs/openapi.json is a copy of it.
func Document() map[string]any {
	d := &document{schemas: make(map[string]any)}
	paths := make(map[string]any)
	for _, m := range methods() {
		verb, path, _ := strings.Cut(m.pattern, " ")
		at, ok := paths[path].(map[string]any)
		if !ok {
			at = make(map[string]any)
			paths[path] = at
		}
		at[strings.ToLower(verb)] = d.operation(&m)
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Unseen: control API", "version": fmt.Sprint(Version),
			"description": "HTTP with JSON over the Unix socket control.sock in the runtime directory, for its owner alone. " +
				"A body has at most 64 KiB and no fields that are not described here.",
		},
		"servers":    []any{map[string]any{"url": "http://unseen", "description": "whatever the name: the socket is what counts"}},
		"paths":      paths,
		"components": map[string]any{"schemas": d.schemas},
	}
}

// A method is one line of the document.
type method struct {
	// pattern is that of the route.
	pattern string
	// says is what it does.
	says string
	// query is a struct of the values of the query, nil for none.
	query any
	// in and out are bodies, nil for none; kind is the media type of out, "" for
	// JSON.
	in, out any
	kind    string
}

// document gathers schemas.
type document struct{ schemas map[string]any }

// operation describes one method.
func (d *document) operation(m *method) map[string]any {
	_, path, _ := strings.Cut(m.pattern, " ")
	kind := m.kind
	if kind == "" {
		kind = "application/json"
	}
	answer := map[string]any{"schema": map[string]any{}}
	if m.out != nil {
		answer["schema"] = d.schema(reflect.TypeOf(m.out))
	}
	refusal := map[string]any{"description": "A refusal.", "content": map[string]any{
		"application/json": map[string]any{"schema": d.schema(reflect.TypeFor[Error]())}}}
	op := map[string]any{
		"summary": m.says,
		"responses": map[string]any{
			"200":     map[string]any{"description": "Done.", "content": map[string]any{kind: answer}},
			"default": refusal,
		},
	}
	if list := d.parameters(m.query, path); len(list) > 0 {
		op["parameters"] = list
	}
	if m.in != nil {
		body := map[string]any{"application/json": map[string]any{"schema": d.schema(reflect.TypeOf(m.in))}}
		op["requestBody"] = map[string]any{"required": true, "content": body}
	}
	return op
}

// parameters are those of the query and of the path.
func (d *document) parameters(query any, path string) []any {
	var list []any
	if _, after, ok := strings.Cut(path, "{"); ok {
		name, _, _ := strings.Cut(after, "}")
		list = append(list, map[string]any{"name": name, "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	if query == nil {
		return list
	}
	t := reflect.TypeOf(query)
	for i := range t.NumField() {
		list = append(list, map[string]any{"name": fieldName(t.Field(i)), "in": "query", "schema": d.schema(t.Field(i).Type)})
	}
	return list
}

// schema describes a type; structs with a name are described once.
func (d *document) schema(t reflect.Type) map[string]any {
	if t == reflect.TypeFor[time.Time]() {
		return map[string]any{"type": "string", "format": "date-time"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": "string", "contentEncoding": "base64"}
		}
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Struct:
		return d.object(t)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	}
	return map[string]any{"type": "integer"}
}

// object describes a struct. One without a name stands where it is used.
func (d *document) object(t reflect.Type) map[string]any {
	name := t.Name()
	if name == "" {
		return map[string]any{"type": "object", "properties": d.properties(t)}
	}
	if at := strings.LastIndexByte(t.PkgPath(), '/'); t.PkgPath()[at+1:] != "api" {
		// Texts of packages of the same name stay apart: notice.Sender is not api.Sender.
		name = strings.ToUpper(t.PkgPath()[at+1:at+2]) + t.PkgPath()[at+2:] + name
	}
	if _, ok := d.schemas[name]; !ok {
		d.schemas[name] = nil // it may hold itself
		properties := d.properties(t)
		d.schemas[name] = map[string]any{
			"type": "object", "properties": properties, "required": slices.DeleteFunc(slices.Sorted(maps.Keys(properties)), func(n string) bool {
				return d.optional(t, n)
			}),
		}
	}
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

// properties describes fields, those of embedded structs too.
func (d *document) properties(t reflect.Type) map[string]any {
	all := make(map[string]any)
	for f := range fields(t) {
		all[fieldName(f)] = d.schema(f.Type)
	}
	return all
}

// optional says that a field may be left out.
func (d *document) optional(t reflect.Type, name string) bool {
	for f := range fields(t) {
		if fieldName(f) == name {
			return strings.Contains(f.Tag.Get("json"), ",omit")
		}
	}
	return true
}

// fields are those that JSON has for a struct.
func fields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(t) {
			if f.Anonymous || !f.IsExported() || fieldName(f) == "" || fieldName(f) == "-" {
				continue
			}
			if !yield(f) {
				return
			}
		}
	}
}

package page

import (
	"html/template"
	"reflect"
	"strings"
	"unicode"
)

// maxText is how many letters of one text are shown.
const maxText = 4000

// harmless returns a copy of a view in which every text can only be read.
func harmless(v view) view {
	clean := reflect.New(reflect.TypeOf(v)).Elem()
	copyClean(clean, reflect.ValueOf(v))
	return clean.Interface().(view)
}

// copyClean copies a value and cleans each text in it.
func copyClean(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.String:
		if from.Type() == reflect.TypeFor[template.URL]() {
			to.Set(from) // made here of what was checked, and longer than any text
			return
		}
		to.SetString(Clean(from.String(), maxText))
	case reflect.Struct:
		to.Set(from)
		for i := range from.NumField() {
			if to.Field(i).CanSet() {
				copyClean(to.Field(i), from.Field(i))
			}
		}
	case reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyClean(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		to.Set(reflect.MakeMap(from.Type()))
		for _, key := range from.MapKeys() {
			one := reflect.New(from.Type().Elem()).Elem()
			copyClean(one, from.MapIndex(key))
			to.SetMapIndex(key, one)
		}
	case reflect.Interface, reflect.Pointer:
		if from.IsNil() {
			return
		}
		one := reflect.New(from.Elem().Type()).Elem()
		copyClean(one, from.Elem())
		if from.Kind() == reflect.Pointer {
			one = one.Addr()
		}
		to.Set(one)
	default:
		to.Set(from)
	}
}

// Clean makes a text that cannot do anything but be read: no control, format or
// private characters, so no change of direction either, and no more than n letters.
// Line feeds stay.
func Clean(s string, n int) string {
	var b strings.Builder
	letters := 0
	for _, r := range s {
		switch {
		case r == '\n', unicode.IsGraphic(r) && r != unicode.ReplacementChar:
		case unicode.IsSpace(r):
			r = ' '
		default:
			continue
		}
		if letters >= n {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
		letters++
	}
	return b.String()
}

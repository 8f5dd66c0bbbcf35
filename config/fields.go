package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// field is one key of the configuration: a leaf of Config.
type field struct {
	key   string // such as poll.schedule
	help  string
	value reflect.Value
}

// env is the field's environment variable.
func (f field) env() string {
	return "TIDINGS_" + strings.ToUpper(strings.ReplaceAll(f.key, ".", "_"))
}

// secret reports whether the value must not be shown.
func (f field) secret() bool { return f.value.Type() == reflect.TypeFor[Secret]() }

// fieldsOf returns the keys of c in their order.
func fieldsOf(c *Config) []field {
	var all []field
	root := reflect.ValueOf(c).Elem()
	for i := range root.NumField() {
		section, name := root.Field(i), root.Type().Field(i).Tag.Get("yaml")
		for j := range section.NumField() {
			leaf := section.Type().Field(j)
			all = append(all, field{
				key: name + "." + leaf.Tag.Get("yaml"), help: leaf.Tag.Get("help"), value: section.Field(j),
			})
		}
	}
	return all
}

// set gives the field a value written as text. Its errors say what would be right.
func (f field) set(text string) error {
	if u, ok := f.value.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return fmt.Errorf("is none of %s", strings.TrimSuffix(f.help, "."))
		}
		return nil
	}
	switch f.value.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("is no duration; try %q", f.value.Interface())
		}
		f.value.SetInt(int64(d))
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("is no whole number; try %d", f.value.Interface())
		}
		f.value.SetInt(int64(n))
	case float64:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("is no number; try %v", f.value.Interface())
		}
		f.value.SetFloat(v)
	case string, Secret:
		f.value.SetString(text)
	case []string:
		return f.setList(splitList(text))
	default:
		return fmt.Errorf("can be set in the file only")
	}
	return nil
}

func (f field) setList(items []string) error {
	if f.value.Kind() == reflect.Map {
		return fmt.Errorf("is a list where keys and values belong")
	}
	if f.value.Kind() != reflect.Slice {
		return fmt.Errorf("is a list where one value belongs")
	}
	f.value.Set(reflect.ValueOf(items))
	return nil
}

func (f field) setMap(items map[string]string) error {
	if f.value.Kind() != reflect.Map {
		return fmt.Errorf("has keys where one value belongs")
	}
	f.value.Set(reflect.ValueOf(items))
	return nil
}

func splitList(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Faces answers what windows, the tray and the add-on show beside the rest. A nil
// field answers that the method is not there.
type Faces struct {
	// SenderPage lists senders in pages.
	SenderPage func(ctx context.Context, q SenderQuery) (SenderPage, error)
	// SenderFacts says what is known of one sender.
	SenderFacts func(ctx context.Context, q SenderFactsQuery) (SenderFacts, error)
	// Messages lists messages in pages.
	Messages func(ctx context.Context, q MessageQuery) (MessagePage, error)
	// Message explains one message.
	Message func(ctx context.Context, q MessageFactsQuery) (MessageFacts, error)
	// Statistics counts what happened.
	Statistics func(ctx context.Context, q StatisticsQuery) (Statistics, error)
	// Settings says what is set, and by whom.
	Settings func(ctx context.Context) (Settings, error)
	// Set changes settings.
	Set func(ctx context.Context, c SettingsChange) (Settings, error)
	// Purposes says what purposes are.
	Purposes func(ctx context.Context, q PurposeQuery) ([]Purpose, error)
}

// A Purpose is what somebody wants to know for, in words.
type Purpose struct {
	// ID is the stored name.
	ID string `json:"id"`
	// Title is a few words.
	Title string `json:"title"`
	// Sentence says plainly what happens.
	Sentence string `json:"sentence"`
	// Grantable says that the reader can agree to it.
	Grantable bool `json:"grantable"`
}

// A PurposeQuery asks for the purposes in a language.
type PurposeQuery struct {
	// Language is as in BCP 47; "" is the daemon's.
	Language string `json:"language,omitempty"`
}

// faceRoutes are the methods of this file.
func (s *Server) faceRoutes(mux *http.ServeMux) {
	f := s.Service.Faces
	mux.Handle("GET /v1/senders/page", s.get(queried(f.SenderPage)))
	mux.Handle("GET /v1/senders/facts", s.get(queried(f.SenderFacts)))
	mux.Handle("GET /v1/senders/learned", s.get(queried(s.Service.Learned)))
	mux.Handle("GET /v1/messages", s.get(queried(f.Messages)))
	mux.Handle("GET /v1/messages/facts", s.get(queried(f.Message)))
	mux.Handle("GET /v1/statistics", s.get(queried(f.Statistics)))
	mux.Handle("GET /v1/settings", s.get(answer(f.Settings)))
	mux.Handle("POST /v1/settings", post(s, f.Set))
	mux.Handle("GET /v1/purposes", s.get(queried(f.Purposes)))
	mux.Handle("GET /v1/events/stream", http.HandlerFunc(s.stream))
	mux.Handle("GET /v1/openapi.json", http.HandlerFunc(s.describe))
}

// SenderPage lists senders in pages.
func (c *Client) SenderPage(ctx context.Context, q SenderQuery) (SenderPage, error) {
	return call[SenderPage](ctx, c, "GET", "/v1/senders/page?"+query(q), nil)
}

// SenderFacts says what is known of one sender.
func (c *Client) SenderFacts(ctx context.Context, q SenderFactsQuery) (SenderFacts, error) {
	return call[SenderFacts](ctx, c, "GET", "/v1/senders/facts?"+query(q), nil)
}

// Messages lists messages in pages, the newest first.
func (c *Client) Messages(ctx context.Context, q MessageQuery) (MessagePage, error) {
	return call[MessagePage](ctx, c, "GET", "/v1/messages?"+query(q), nil)
}

// Message explains one message.
func (c *Client) Message(ctx context.Context, q MessageFactsQuery) (MessageFacts, error) {
	return call[MessageFacts](ctx, c, "GET", "/v1/messages/facts?"+query(q), nil)
}

// Statistics counts what happened.
func (c *Client) Statistics(ctx context.Context, q StatisticsQuery) (Statistics, error) {
	return call[Statistics](ctx, c, "GET", "/v1/statistics?"+query(q), nil)
}

// Settings says what is set, and by whom.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	return call[Settings](ctx, c, "GET", "/v1/settings", nil)
}

// Set changes settings, and returns all as they are then.
func (c *Client) Set(ctx context.Context, change SettingsChange) (Settings, error) {
	return call[Settings](ctx, c, "POST", "/v1/settings", change)
}

// Purposes says what purposes are.
func (c *Client) Purposes(ctx context.Context, q PurposeQuery) ([]Purpose, error) {
	return call[[]Purpose](ctx, c, "GET", "/v1/purposes?"+query(q), nil)
}

// queried makes a getter of a method that takes a struct: its fields are those of
// the query, by their names in JSON.
func queried[In, Out any](f func(context.Context, In) (Out, error)) getter {
	if f == nil {
		return nil
	}
	return func(r *http.Request) (any, error) {
		var in In
		if err := readQuery(r.URL.Query(), &in); err != nil {
			return nil, &Error{Code: CodeWrong, Text: "reading the request: " + err.Error()}
		}
		return f(r.Context(), in)
	}
}

// errQuery is a query that cannot be read.
var errQuery = errors.New("api: wrong query")

// readQuery reads the values of a query into a struct of strings, whole numbers,
// truths and times.
func readQuery(values url.Values, in any) error {
	v := reflect.ValueOf(in).Elem()
	known := make(map[string]reflect.Value)
	for i := range v.NumField() {
		known[fieldName(v.Type().Field(i))] = v.Field(i)
	}
	for name, list := range values {
		field, ok := known[name]
		if !ok {
			return fmt.Errorf("%w: there is no %q", errQuery, name)
		}
		if err := setField(field, list[len(list)-1]); err != nil {
			return fmt.Errorf("%w: %s is %w", errQuery, name, err)
		}
	}
	return nil
}

// setField sets one field from its text.
func setField(field reflect.Value, text string) error {
	if field.Type() == reflect.TypeFor[time.Time]() {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return errors.New("no time in the form 2026-11-30T09:00:00Z")
		}
		field.Set(reflect.ValueOf(at))
		return nil
	}
	switch field.Kind() {
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return errors.New("no whole number")
		}
		field.SetInt(n)
	case reflect.Bool:
		field.SetBool(text == "1" || text == "true")
	default:
		field.SetString(text)
	}
	return nil
}

// query writes the fields of a struct that are not zero as a query.
func query(in any) string {
	v, values := reflect.ValueOf(in), make(url.Values)
	for i := range v.NumField() {
		field := v.Field(i)
		if field.IsZero() {
			continue
		}
		text := fmt.Sprint(field.Interface())
		if at, ok := field.Interface().(time.Time); ok {
			text = at.Format(time.RFC3339)
		}
		values.Set(fieldName(v.Type().Field(i)), text)
	}
	return values.Encode()
}

// fieldName is the name of a field in JSON.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// describe answers with the OpenAPI document of what is answered here.
func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	if err := out.Encode(Document()); err != nil {
		s.logger().Debug("writing answer", "err", err)
	}
}

package evidence

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
)

// An inspector tells the findings in the form of the EDPS Website Evidence Collector:
// inspection.json and beacons.yml, with the keys that fit a mail. It holds one finding
// at a time.
type inspector struct {
	c          *Case
	inspection *os.File
	beacons    *os.File
	to, yaml   *bufio.Writer
	hosts      map[string]bool
	n          int
	begun      time.Time
}

// inspect begins both files.
func (c *Case) inspect() (*inspector, error) {
	i := &inspector{c: c, hosts: make(map[string]bool), begun: c.opt.Now()}
	var err error
	if i.inspection, err = os.Create(filepath.Join(c.opt.Dir, "data/inspection.json")); err != nil {
		return nil, fmt.Errorf("writing the inspection: %w", err)
	}
	if i.beacons, err = os.Create(filepath.Join(c.opt.Dir, "data/beacons.yml")); err != nil {
		return nil, fmt.Errorf("writing the beacons: %w", errors.Join(err, i.inspection.Close()))
	}
	i.to, i.yaml = bufio.NewWriter(i.inspection), bufio.NewWriter(i.beacons)
	_, err = io.WriteString(i.to, "{\n\"beacons\": [")
	return i, err
}

// add writes the trackers among the findings of a message.
func (i *inspector) add(sent time.Time, findings []detect.Finding) error {
	for _, f := range findings {
		if f.Verdict != detect.Tracker && f.Verdict != detect.Suspected {
			continue
		}
		i.hosts[f.Host] = true
		b := beacon(sent, f)
		line, err := json.Marshal(b)
		if err != nil {
			return fmt.Errorf("writing the inspection: %w", err)
		}
		lead := ",\n"
		if i.n++; i.n == 1 {
			lead = "\n"
		}
		if _, err := i.to.WriteString(lead + string(line)); err != nil {
			return fmt.Errorf("writing the inspection: %w", err)
		}
		if _, err := i.yaml.Write(beaconYAML(b)); err != nil {
			return fmt.Errorf("writing the beacons: %w", err)
		}
	}
	return nil
}

// end writes what comes after the beacons and closes both files.
func (i *inspector) end(x *Examined, now time.Time) error {
	rest, err := json.MarshalIndent(map[string]any{
		"title":            "Tracking in e-mail from " + i.c.opt.Sender,
		"task_description": map[string]any{"sender": i.c.opt.Sender, "messages": len(x.Messages), "requests_made": len(i.c.requests)},
		"script":           map[string]any{"host": "e-mail", "version": map[string]string{"npm": "", "commit": i.c.opt.Tool.Commit}, "config": x.Edition, "environment": i.c.environment()},
		"cookies":          []any{},
		"hosts":            map[string]any{"beacons": sortedKeys(i.hosts)},
		"start_time":       i.begun.UTC(), "end_time": now.UTC(),
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the inspection: %w", err)
	}
	if _, err := i.to.WriteString("\n],\n" + strings.TrimPrefix(string(rest), "{\n") + "\n"); err != nil {
		return fmt.Errorf("writing the inspection: %w", err)
	}
	if i.n == 0 {
		if _, err := i.yaml.WriteString("[]\n"); err != nil {
			return fmt.Errorf("writing the beacons: %w", err)
		}
	}
	if err := errors.Join(i.to.Flush(), i.yaml.Flush(), i.inspection.Close(), i.beacons.Close()); err != nil {
		return fmt.Errorf("writing the inspection: %w", err)
	}
	return nil
}

// close closes what is still open; after end it does nothing.
func (i *inspector) close() {
	_ = i.inspection.Close() // end returns its error
	_ = i.beacons.Close()    // so does it for this
}

// beacon is one tracker as the collector writes it.
func beacon(sent time.Time, f detect.Finding) map[string]any {
	query := map[string]any{}
	if u, err := url.Parse(f.URL); err == nil {
		for name, values := range u.Query() {
			query[name] = values
		}
	}
	return map[string]any{
		"url": f.URL, "query": query, "type": string(f.Kind), "vector": string(f.Vector),
		"listName": f.RuleEdition, "filter": strings.Join(f.Rules, " "),
		"message_sha256": f.MessageSHA256, "offset": f.Offset, "length": f.Length,
		"verdict": string(f.Verdict), "certainty": string(f.Certainty),
		"timestamp": sent,
	}
}

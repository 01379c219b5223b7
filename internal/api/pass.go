package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Pass sends a request as it is and returns the answer as it is, for those who speak
// for another program. An answer that is a refusal is an [*Error].
func (c *Client) Pass(ctx context.Context, method, path string, body io.Reader) (json.RawMessage, error) {
	resp, err := c.send(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the answer of Unseen: %w", err)
	}
	return answer, nil
}

// Command go_reader is a streaming load client as one writes it in Go: net/http, a goroutine a user, a line scanner,
// and a JSON parse an event. It shows what a good garbage-collected runtime costs beside the bare reader in C.
//
// usage: go_reader --port P --streams N --seconds S
//
// It starts no request after S seconds, waits for those in flight, and prints one JSON object.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

const body = `{"model":"sim","messages":[{"role":"user","content":"Tell me of the sea."}],` +
	`"stream":true,"stream_options":{"include_usage":true}}`

// chunk is what is read of an event.
type chunk struct {
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
	} `json:"choices"`
}

// account is what one user saw. Times are in milliseconds.
type account struct {
	requests, bad, tokens int
	ttft, gaps            []float64
}

func main() {
	port := flag.Int("port", 8000, "where the server listens on 127.0.0.1")
	streams := flag.Int("streams", 1, "users of the closed loop")
	seconds := flag.Float64("seconds", 10, "no request starts later")
	flag.Parse()

	url := fmt.Sprintf("http://127.0.0.1:%d/v1/chat/completions", *port)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *streams, MaxIdleConns: *streams}}
	stop := time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	accounts := make([]account, *streams)
	var users sync.WaitGroup
	for i := range accounts {
		users.Go(func() {
			for time.Now().Before(stop) {
				accounts[i].ask(client, url)
			}
		})
	}
	users.Wait()

	var all account
	for _, one := range accounts {
		all.requests += one.requests
		all.bad += one.bad
		all.tokens += one.tokens
		all.ttft = append(all.ttft, one.ttft...)
		all.gaps = append(all.gaps, one.gaps...)
	}
	slices.Sort(all.ttft)
	slices.Sort(all.gaps)
	err := json.NewEncoder(os.Stdout).Encode(map[string]any{
		"requests": all.requests, "bad": all.bad, "tokens": all.tokens,
		"ttft_p50_ms": quantile(all.ttft, 0.5), "ttft_p99_ms": quantile(all.ttft, 0.99),
		"itl_p50_ms": quantile(all.gaps, 0.5), "itl_p99_ms": quantile(all.gaps, 0.99),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_reader:", err)
		os.Exit(1)
	}
}

// ask sends one request and reads its answer to the end.
func (a *account) ask(client *http.Client, url string) {
	sent := time.Now()
	response, err := client.Post(url, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		a.bad++
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		a.bad++
		return
	}
	var last time.Time
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		now := time.Now()
		data, found := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !found || data[0] == '[' {
			continue
		}
		var event chunk
		if json.Unmarshal(data, &event) != nil {
			a.bad++
			return
		}
		if len(event.Choices) == 0 || event.Choices[0].Delta.Content == "" {
			continue
		}
		if last.IsZero() {
			a.ttft = append(a.ttft, millis(now.Sub(sent)))
		} else {
			a.gaps = append(a.gaps, millis(now.Sub(last)))
		}
		a.tokens++
		last = now
	}
	if lines.Err() != nil {
		a.bad++
		return
	}
	a.requests++
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile is the smallest value that at least the share q of the sorted values does not exceed.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

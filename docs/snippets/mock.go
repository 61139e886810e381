// The mock gives a token, is busy once, and lets an hour pass.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
)

type mock struct {
	URL          string `json:"url"`
	ControlURL   string `json:"control_url"`
	ControlToken string `json:"control_token"`
}

func send(method, address, body, bearer, media string) (int, []byte) {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	check(err)
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	check(err)
	return answer.StatusCode, read
}

func (m mock) token() (int, string) {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"scope":         {"all-apis"},
		"client_id":     {"5e000000-0000-4000-8000-000000000002"},
		"client_secret": {"mock-secret-of-the-service-principal"},
	}
	status, body := send("POST", m.URL+"/oidc/v1/token", form.Encode(), "", "application/x-www-form-urlencoded")
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	// A busy server sends no JSON; the token stays empty.
	_ = json.Unmarshal(body, &answer)
	return status, answer.AccessToken
}

func (m mock) control(method, path, body string) []byte {
	_, answer := send(method, m.ControlURL+"/"+path, body, m.ControlToken, "")
	return answer
}

func main() {
	process := exec.Command("lakekey-mock", "--output", "json")
	stdout, err := process.StdoutPipe()
	check(err)
	check(process.Start())
	defer process.Process.Kill()
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	check(err)
	var m mock
	check(json.Unmarshal(line, &m))

	status, token := m.token()
	fmt.Println("a token:", status)
	clusters := m.URL + "/api/2.1/clusters/list"
	status, _ = send("GET", clusters, "", token, "")
	fmt.Println("clusters:", status)

	m.control("POST", "faults", `{"match":{"endpoint":"token"},"times":1,"action":{"http.status":{"status":503}}}`)
	status, _ = m.token()
	fmt.Println("when it is busy:", status)

	m.control("POST", "clock", `{"advance":3601}`)
	status, _ = send("GET", clusters, "", token, "")
	fmt.Println("an hour later:", status)

	var journal struct {
		Entries []struct {
			Method, URI string
			Status      int
			Rule        *string
		}
	}
	check(json.Unmarshal(m.control("GET", "journal", ""), &journal))
	for _, entry := range journal.Entries {
		rule := "-"
		if entry.Rule != nil {
			rule = *entry.Rule
		}
		fmt.Println(entry.Method, entry.URI, entry.Status, rule)
	}
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}

"""The mock gives a token, is busy once, and lets an hour pass."""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request


def send(method, url, body=None, bearer=None):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None


def ask_for_a_token(mock):
    form = {
        "grant_type": "client_credentials",
        "scope": "all-apis",
        "client_id": "5e000000-0000-4000-8000-000000000002",
        "client_secret": "mock-secret-of-the-service-principal",
    }
    return send("POST", f"{mock['url']}/oidc/v1/token", urllib.parse.urlencode(form).encode())


def control(mock, method, path, body=None):
    body = None if body is None else json.dumps(body).encode()
    return send(method, f"{mock['control_url']}/{path}", body, mock["control_token"])[1]


process = subprocess.Popen(["lakekey-mock", "--output", "json"], stdout=subprocess.PIPE, text=True)
try:
    mock = json.loads(process.stdout.readline())

    status, answer = ask_for_a_token(mock)
    print("a token:", status)
    clusters = f"{mock['url']}/api/2.1/clusters/list"
    print("clusters:", send("GET", clusters, bearer=answer["access_token"])[0])

    fault = {"match": {"endpoint": "token"}, "times": 1, "action": {"http.status": {"status": 503}}}
    control(mock, "POST", "faults", fault)
    print("when it is busy:", ask_for_a_token(mock)[0])

    control(mock, "POST", "clock", {"advance": 3601})
    print("an hour later:", send("GET", clusters, bearer=answer["access_token"])[0])

    for entry in control(mock, "GET", "journal")["entries"]:
        print(entry["method"], entry["uri"], entry["status"], entry["rule"] or "-")
finally:
    process.terminate()
    process.wait()

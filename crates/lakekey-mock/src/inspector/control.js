// The control API of the mock, with the token of this page's address.

const given = new URLSearchParams(location.hash.slice(1));
export const namespace = given.get("ns") ?? "default";
const token = given.get("token") ?? "";

export const hasToken = token !== "";

// Shows another namespace.
export function show(name) {
  location.hash = new URLSearchParams({ token, ns: name });
}

// All mocks of this server.
export const namespaces = async () => (await send("GET", "/ns")).namespaces;

// What this namespace answers; an error that says what it did not like.
export function call(method, path, body) {
  return send(method, `/ns/${encodeURIComponent(namespace)}/${path}`, body);
}

async function send(method, address, body) {
  const headers = { authorization: `Bearer ${token}` };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(address, { method, headers, body: sent, signal, cache: "no-store" });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  throw new Refusal(answer.status, said.error ?? `the mock answered ${answer.status}`);
}

// The mock is there, and says no.
export class Refusal extends Error {
  constructor(status, says) {
    super(says);
    this.status = status;
  }
}

const PATIENCE = 10000;

// The control API of the mock, with the token of this page's address.

const given = new URLSearchParams(location.hash.slice(1));
const namespace = given.get("ns") ?? "default";
const token = given.get("token") ?? "";

export const hasToken = token !== "";

// What the mock answers; an error that says what it did not like.
export async function call(method, path, body) {
  const headers = { authorization: `Bearer ${token}` };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const address = `/ns/${encodeURIComponent(namespace)}/${path}`;
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

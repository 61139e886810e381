// The certified oidc-provider as an issuer like Databricks': paths, public client, scopes, PKCE, rotation.
//
// With an account id as its argument it is the accounts console, else a workspace.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import * as oauth from "oauth4webapi";
import Provider from "oidc-provider";
import { say, serve } from "./session.mjs";

const PERSON = "user@example.com";
const WORKSPACE_ID = "1234567890123456";
const [accountId] = process.argv.slice(2);
const audience = accountId ?? WORKSPACE_ID;
const base = accountId ? `/oidc/accounts/${accountId}` : "/oidc";
const loopback = { [oauth.allowInsecureRequests]: true };

let journal = [];
let tokenLife = 3600;

const server = createServer(route);
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(origin + base, configuration());
provider.use(async (ctx, next) => {
  await next();
  ctx.req.entry.form = ctx.oidc?.body;
});
say({ url: origin });

await serve({
  // A person opens the address and allows or declines what it asks for; `alter` changes the answer on its way back.
  async person({ url, declines, alter }) {
    return { page: await browse(url, { declines, alter }) };
  },

  // The requests since the last look.
  async journal() {
    const requests = journal;
    journal = [];
    return { requests };
  },

  async token_life({ seconds }) {
    tokenLife = seconds;
    return {};
  },
});
// Whoever asked is gone.
server.close();
server.closeAllConnections();

function configuration() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    clients: [{
      client_id: "databricks-cli",
      application_type: "native",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: ["http://localhost"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    }],
    cookies: { keys: ["only of this run"] },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => origin,
        getResourceServerInfo: () => ({
          accessTokenFormat: "jwt",
          accessTokenTTL: tokenLife,
          audience,
          jwt: { sign: { alg: "RS256" } },
          scope: "all-apis",
        }),
        useGrantedResource: () => true,
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // OpenID Connect gives `offline_access` only to those who send `prompt=consent`; Databricks gives it to all.
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" }] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    routes: { authorization: "/v1/authorize", jwks: "/jwks.json", token: "/v1/token" },
    scopes: ["all-apis", "offline_access"],
  };
}

async function route(request, response) {
  const { pathname } = new URL(request.url, origin);
  if (pathname.startsWith("/interaction/")) return interact(request, response);
  record(request, response, pathname);
  if (pathname === "/.well-known/databricks-config") return answer(response, 200, about());
  if (pathname.startsWith("/api/")) return api(request, response);
  if (!pathname.startsWith(`${base}/`)) return answer(response, 404, {});
  request.originalUrl = request.url;
  request.url = request.url.slice(base.length);
  return provider.callback()(request, response);
}

function about() {
  return accountId
    ? { oidc_endpoint: `${origin}/oidc/accounts/{account_id}`, host_type: "account" }
    : { oidc_endpoint: origin + base, workspace_id: WORKSPACE_ID, host_type: "workspace" };
}

function record(request, response, path) {
  const entry = { line: `${request.method} ${path}`, authorization: request.headers.authorization };
  journal.push(entry);
  request.entry = entry;
  response.on("finish", () => { entry.status = response.statusCode; });
}

// Any API of a resource server that checks its tokens (RFC 9068 §4).
async function api(request, response) {
  const url = new URL(origin + base);
  const discovery = await oauth.discoveryRequest(url, loopback);
  const issuer = await oauth.processDiscoveryResponse(url, discovery);
  const presented = new Request(origin + request.url, { headers: { authorization: request.headers.authorization } });
  const claims = await oauth.validateJwtAccessToken(issuer, presented, audience, loopback).catch(() => undefined);
  return claims ? answer(response, 200, claims) : answer(response, 401, {});
}

function answer(response, status, document) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
}

// The page on which a person would decide.
async function interact(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (new URL(request.url, origin).searchParams.has("declines")) {
    return provider.interactionFinished(request, response, { error: "access_denied" });
  }
  const grant = new provider.Grant({ accountId: PERSON, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addResourceScope(origin, "all-apis");
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { login: { accountId: PERSON }, consent });
}

// What a browser does: it keeps cookies and goes where it is sent. Gives the page it ends on.
async function browse(start, { declines, alter }) {
  const cookies = new Map();
  let url = new URL(start);
  for (;;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(";")[0].split("=");
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (!location) return { status: response.status, url: url.href };
    url = new URL(location, url);
    if (url.pathname.startsWith("/interaction/") && declines) url.searchParams.set("declines", "");
    const isBack = url.origin !== origin;
    for (const [name, value] of isBack ? Object.entries(alter ?? {}) : []) url.searchParams.set(name, value);
  }
}

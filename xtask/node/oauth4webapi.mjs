// oauth4webapi as a client of the mock: it checks each request and each answer on its own.

import * as oauth from "oauth4webapi";
import { serve } from "./session.mjs";
import { SCOPE, chain, refused, returned } from "./sign_in.mjs";

const REDIRECT_URI = "http://localhost:8020";
const client = { client_id: "databricks-cli" };
const nobody = oauth.None();
const loopback = { [oauth.allowInsecureRequests]: true };

await serve({
  async sign_in({ issuer, audience, api }) {
    const server = await discovered(issuer);
    const tokens = await signedIn(server);
    await genuine(server, tokens.access_token, audience);
    await opened(tokens.access_token, api);
    return chain(tokens, async (token) => {
      const refreshed = await refresh(server, token);
      await genuine(server, refreshed.access_token, audience);
      return refreshed;
    });
  },

  async token({ issuer }) {
    return signedIn(await discovered(issuer));
  },

  async genuine({ issuer, token, audience }) {
    return genuine(await discovered(issuer), token, audience);
  },

  // What the server says to mistakes, as far as this client understands it.
  async mistakes({ issuer, api }) {
    const server = await discovered(issuer);
    const callback = (changes) => asked(server, changes);
    const verifier = oauth.generateRandomCodeVerifier();
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const once = await callback({ code_challenge });
    await redeemed(server, once, verifier);
    return {
      "no challenge": await refused(() => callback({})),
      "a challenge in plain": await refused(() => callback({ code_challenge, code_challenge_method: "plain" })),
      "a scope nobody knows": await refused(() => callback({ code_challenge, scope: "everything" })),
      "another verifier": await refused(async () =>
        redeemed(server, await callback({ code_challenge }), oauth.generateRandomCodeVerifier())),
      "no verifier": await refused(async () => redeemed(server, await callback({ code_challenge }), oauth.nopkce)),
      "a code used twice": await refused(() => redeemed(server, once, verifier)),
      "another secret": await challenge(() => service(server, oauth.ClientSecretBasic("wrong"))),
      "another token": await challenge(() => opened("wrong", api)),
    };
  },
});

async function discovered(issuer) {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, loopback));
}

async function signedIn(server) {
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const callback = await asked(server, { nonce, code_challenge: await oauth.calculatePKCECodeChallenge(verifier) });
  return redeemed(server, callback, verifier, nonce);
}

// The parameters that an authorization request comes back with.
async function asked(server, parameters) {
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: SCOPE,
    state,
    ...(parameters.code_challenge && { code_challenge_method: "S256" }),
    ...parameters,
  });
  return oauth.validateAuthResponse(server, client, await returned(url), state);
}

async function redeemed(server, callback, verifier, nonce) {
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, nobody, callback, REDIRECT_URI, verifier, loopback);
  const expected = { expectedNonce: nonce ?? oauth.expectNoNonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expected);
  await oauth.validateApplicationLevelSignature(server, response, loopback);
  return tokens;
}

async function refresh(server, token) {
  const response = await oauth.refreshTokenGrantRequest(server, client, nobody, token, loopback);
  return oauth.processRefreshTokenResponse(server, client, response);
}

async function service(server, authentication) {
  const principal = { client_id: "5e000000-0000-4000-8000-000000000002" };
  const scope = { scope: "all-apis" };
  const response = await oauth.clientCredentialsGrantRequest(server, principal, authentication, scope, loopback);
  return oauth.processClientCredentialsResponse(server, principal, response);
}

// Whether a resource server may believe the access token (RFC 9068 §4).
async function genuine(server, token, audience) {
  const request = new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(server, request, audience, loopback);
}

async function opened(token, api) {
  const nothing = undefined;
  const response = await oauth.protectedResourceRequest(token, "GET", new URL(api), nothing, nothing, loopback);
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
}

// The challenge in a refusal (RFC 6750 §3).
async function challenge(work) {
  const error = await work().then(() => undefined, (error) => error);
  if (error?.code !== oauth.WWW_AUTHENTICATE_CHALLENGE) throw error ?? new Error("no challenge");
  const [{ scheme, parameters }] = error.cause;
  return [error.status, scheme, parameters.error].filter(Boolean).join(" ");
}

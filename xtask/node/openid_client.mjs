// openid-client as a client of the mock: what an application uses that signs people in.

import * as client from "openid-client";
import { serve } from "./session.mjs";
import { SCOPE, chain, returned } from "./sign_in.mjs";

// It sends back the address it was called at, with a path, so the mock has to know one with a path.
const REDIRECT_URI = "http://localhost:8020/callback";

await serve({
  async sign_in({ issuer, api }) {
    const configuration = await discovered(issuer, "databricks-cli", client.None());
    // The ID token's signature is checked too, though it came straight from the server.
    client.enableNonRepudiationChecks(configuration);
    const tokens = await signedIn(configuration);
    await opened(configuration, tokens.access_token, api);
    return chain(tokens, (token) => client.refreshTokenGrant(configuration, token));
  },

  async service({ issuer, id, secret, api }) {
    for (const authentication of [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]) {
      const configuration = await discovered(issuer, id, authentication);
      const { access_token } = await client.clientCredentialsGrant(configuration, { scope: "all-apis" });
      await opened(configuration, access_token, api);
    }
    return {};
  },
});

// Reads both documents: where OpenID Connect has it, and where Databricks has the one of RFC 8414.
async function discovered(issuer, id, authentication) {
  const execute = [client.allowInsecureRequests];
  const find = (url) => client.discovery(new URL(url), id, undefined, authentication, { execute });
  const databricks = await find(`${issuer}/.well-known/oauth-authorization-server`);
  const configuration = await find(issuer);
  for (const [name, value] of Object.entries(databricks.serverMetadata())) {
    const other = configuration.serverMetadata()[name];
    if (JSON.stringify(value) !== JSON.stringify(other)) throw new Error(`${name} is ${value} here, ${other} there`);
  }
  return configuration;
}

async function signedIn(configuration) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(configuration, {
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    nonce: expectedNonce,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: expectedState,
  });
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return client.authorizationCodeGrant(configuration, await returned(url), checks);
}

async function opened(configuration, token, api) {
  const response = await client.fetchProtectedResource(configuration, token, new URL(api), "GET");
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
}

// oidc-provider with one client that gets signed tokens, and otherwise as it comes, to be measured.

import { createServer } from "node:http";
import Provider from "oidc-provider";
import { say } from "./session.mjs";

const server = createServer((request, response) => callback(request, response));
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}`;
const callback = new Provider(url, {
  clients: [{
    client_id: "service",
    client_secret: "secret",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: "client_secret_post",
  }],
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      defaultResource: () => url,
      enabled: true,
      getResourceServerInfo: () => ({
        accessTokenFormat: "jwt",
        audience: url,
        jwt: { sign: { alg: "RS256" } },
        scope: "all-apis",
      }),
    },
  },
  scopes: ["all-apis"],
}).callback();
say({ url });

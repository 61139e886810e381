// oauth2-mock-server as its documentation starts it, to be measured.

import { OAuth2Server } from "oauth2-mock-server";
import { say } from "./session.mjs";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
say({ url: server.issuer.url });

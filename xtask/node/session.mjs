// What every script here has in common: each line of JSON it reads is a question, each line it prints an answer.

import { Console } from "node:console";
import { createInterface } from "node:readline";

// What packages have to say is for people.
globalThis.console = new Console(process.stderr);

// Answers `{"ask": name, …}` with what `answers[name]` gives, or with why it failed.
export async function serve(answers) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { ask, ...about } = JSON.parse(line);
    say(await answers[ask](about).catch(refusal));
  }
}

export function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

// `refused` is a code for programs, the server's where it gave one; `why` is for people.
function refusal(error) {
  return { refused: error.error ?? error.code ?? error.name, why: messages(error).join(": ") };
}

function messages(error) {
  return error instanceof Error ? [error.message, ...messages(error.cause)] : [];
}

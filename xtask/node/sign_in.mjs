// What both judges of the mock do alike.

export const SCOPE = "all-apis offline_access openid";

// Where the server sends the browser back to.
export async function returned(url) {
  const response = await fetch(url, { redirect: "manual" });
  const location = response.headers.get("location");
  if (!location) throw new Error(`${url} does not redirect, it answered ${response.status}`);
  return new URL(location);
}

// Uses each refresh token once, then the first again, then the newest: none of these two may work.
export async function chain({ refresh_token: first }, refresh) {
  let newest = first;
  for (let turn = 0; turn < 2; turn++) {
    const { refresh_token: next } = await refresh(newest);
    if (!next || next === newest) throw new Error("the refresh token was not rotated");
    newest = next;
  }
  return { reuse: await refused(() => refresh(first)), newest: await refused(() => refresh(newest)) };
}

// What the server says to something that must not work.
export async function refused(work) {
  const error = await work().then(() => undefined, (error) => error);
  if (!error) throw new Error("what must be refused was granted");
  if (!error.error) throw error;
  return `${error.status ?? "redirect"} ${error.error}`;
}

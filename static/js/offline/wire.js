// One request to the server, and whose answer it was that came back.

const TIMEOUT = 30000;

/**
 * Ask the server; a fault of ours is thrown, never taken for the network's.
 *
 * @returns {Promise<{status: number, wait: number, body: object | null, foreign: boolean} | null>}
 *   null where the network went; `foreign`: somebody between here and the server answered
 */
export async function ask(url, { token = "", json, bytes } = {}) {
  const control = new AbortController();
  const headers = { Accept: "application/json" };
  if (token) headers["X-CSRFToken"] = token;
  if (json || bytes) headers["Content-Type"] = json ? "application/json" : "application/octet-stream";
  const request = new Request(url, {
    method: token ? "POST" : "GET", headers, body: json ? JSON.stringify(json) : bytes, signal: control.signal,
    credentials: "same-origin", cache: "no-store",
  });
  const patience = setTimeout(() => control.abort(), TIMEOUT);
  const response = await fetch(request).catch(() => null);
  const text = response && (await response.text().catch(() => null));
  clearTimeout(patience);
  if (text === null) return null;
  const { status, headers: said, redirected } = response;
  const body = parsed(text);
  return { status, wait: Number(said.get("Retry-After")) || 0, body, foreign: redirected || !isOurs(response, body) };
}

// A portal says 200 with a page of its own, a proxy 502 or "{}". Ours are objects; a refusal repeats
// its status, and what was kept is named by whoever asked (`names` in sync.js).
function isOurs({ ok, status }, body) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  return ok || (body.status === status && typeof body.message === "string");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// One change to the server and its answer back.

const TIMEOUT = 20000;

/**
 * Post a change and wait for what becomes of it. A fault of ours is thrown, never taken for the network's.
 *
 * @returns {Promise<{status: number, wait: number, body: object | null} | null>} null where the
 *   network went; `wait`: seconds the server asks for; a `body` of null is somebody else's answer
 */
export async function post(url, token, change) {
  const control = new AbortController();
  const request = new Request(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify(change),
    signal: control.signal,
  });
  const patience = setTimeout(() => control.abort(), TIMEOUT);
  const response = await fetch(request).catch(() => null);
  const text = response && (await response.text().catch(() => null));
  clearTimeout(patience);
  if (text === null) return null;
  const { status, headers } = response;
  return { status, wait: Number(headers.get("Retry-After")) || 0, body: ours(response, text, change) };
}

// What stands between here and the server answers too: a portal's page, a proxy's "{}". Our own
// answers name what they answer: the change that was kept, or the status of a refusal.
function ours({ ok, status }, text, change) {
  const body = parsed(text);
  if (typeof body !== "object" || body === null) return null;
  const named = ok
    ? body.request_id === change.request_id && Number.isInteger(body.revision) && typeof body.saved === "string"
    : body.status === status && typeof body.message === "string";
  return named ? body : null;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

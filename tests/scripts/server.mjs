// The server as the scripts see it: it keeps answers by revision, unless a test says otherwise.

/** An answer over the wire; a body that is no JSON is given as text. */
export function reply(status, body, headers = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, ok: status >= 200 && status < 300, headers: new Map(Object.entries(headers)), text: async () => text, json: async () => JSON.parse(text) };
}

/** A refusal of ours: it repeats its status and says something. */
export const refusal = (status, more = {}) => reply(status, { status, message: `说明 ${status}`, request_id: "r", ...more });

export const away = () => Promise.reject(new TypeError("Failed to fetch"));

export const never = () => new Promise(() => {});

export class Server {
  constructor() {
    this.sent = []; // every change that reached the wire
    this.asked = []; // every other request
    this.kept = {};
    this.revisions = {};
    this.next = []; // what becomes of the next changes; then of all: `always`
    this.always = (change) => this.acknowledge(change);
  }

  take(request, given) {
    if (typeof request === "string") {
      this.asked.push({ url: request, ...given });
      return this.standing ? Promise.resolve(reply(200, this.standing)) : away();
    }
    const change = JSON.parse(request.body);
    this.sent.push(change);
    const answer = this.next.length ? this.next.shift() : this.always;
    return Promise.race([Promise.resolve(answer(change)), aborted(request.signal)]);
  }

  acknowledge({ question, request_id, base_revision, ...fields }, more = {}) {
    const { value = null, verification = "unverified" } = Object.assign(this.kept[question] ??= {}, fields);
    const revision = (this.revisions[question] ?? base_revision) + 1;
    this.revisions[question] = revision;
    return reply(200, { request_id, revision, saved: "10:30", saved_at: "2026-11-26T02:30:00+00:00", value, verification, ...more });
  }

  /** The fields each change spoke of, without its number. */
  get changes() {
    return this.sent.map(({ request_id, ...fields }) => fields);
  }
}

function aborted(signal) {
  return new Promise((_, refuse) => signal?.addEventListener("abort", () => refuse(new Error("AbortError"))));
}

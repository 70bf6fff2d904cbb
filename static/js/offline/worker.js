// The service worker: the site's pages from the network, those of a visit taken along from the device.
//
// Its caches hold the shell alone: styles, scripts, pictures, and a page that says there is no network.
// A page of a visit lies sealed in the device's database (database.js); only the keys of the person
// who was signed in last open it. A shell stays as long as a page of its release does.

/* global workbox, idb */
(() => {
  const { RELEASE, SHELL, AWAY } = self;
  const OWN_SHELL = `shell-${RELEASE}`;
  const DATABASE = ["survey-device", 1];
  const SLOW_SECONDS = 4;
  const READER = "Survey-Reader";
  const KEPT_HEADERS = ["Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"];

  // --- the shell --------------------------------------------------------------------------------------

  async function install() {
    const cache = await caches.open(OWN_SHELL);
    // Nobody's page: it is asked for without saying who asks.
    const plainly = (url) => new Request(url, { credentials: "omit" });
    await cache.addAll([...SHELL, AWAY].map(plainly));
    await self.skipWaiting();
  }

  async function activate() {
    await tidy();
    await self.clients.claim();
  }

  async function tidy() {
    const pages = await read((database) => database.getAll("pages"), []);
    const needed = new Set([OWN_SHELL, ...pages.map(({ release }) => `shell-${release}`)]);
    for (const name of await caches.keys())
      if (name.startsWith("shell-") && !needed.has(name)) await caches.delete(name);
  }

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));

  // --- the database -----------------------------------------------------------------------------------

  /** Read from the device's database; `otherwise` where there is none. It is made by pages alone. */
  async function read(act, otherwise) {
    let database = null;
    try {
      database = await idb.openDB(...DATABASE, { upgrade: (_made, _old, _new, work) => work.abort() });
      return await act(database);
    } catch {
      return otherwise;
    } finally {
      if (database) database.close();
    }
  }

  /** A page of the person who was signed in last, opened; null where there is none or no key. */
  function kept(path) {
    return read(async (database) => {
      const reader = await database.get("notes", "current");
      const page = await database.get("pages", [reader, path]);
      const account = await database.get("accounts", reader);
      if (!page || !account) return null;
      const { key, nonce, bytes } = page.sealed;
      const fitting = account.keys.find(({ id }) => id === key);
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, fitting.key, bytes);
      return JSON.parse(new TextDecoder().decode(opened));
    }, null);
  }

  /** Seal a page that was just seen in the place of the copy taken along. */
  function refresh(path, live) {
    return read(async (database) => {
      const reader = await database.get("notes", "current");
      const page = await database.get("pages", [reader, path]);
      const account = await database.get("accounts", reader);
      if (!page || !account) return;
      const html = await live.text();
      const [, release = page.release] = html.match(/\/static\/([0-9a-f]+)\//) || [];
      const fresh = { html, headers: headersOf(live), taken: new Date().toISOString() };
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const [{ id, key }] = account.keys;
      const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(JSON.stringify(fresh)));
      await database.put("pages", { ...page, release, sealed: { key: id, nonce, bytes: new Uint8Array(bytes) } });
    }, null);
  }

  /** Somebody is signed in: what was another person's cannot be opened on this device any more. */
  function note(reader) {
    return read(async (database) => {
      if ((await database.get("notes", "current")) === reader) return;
      for (const other of await database.getAllKeys("accounts"))
        if (other !== reader) await database.delete("accounts", other);
      await database.put("notes", reader, "current");
    }, null);
  }

  const headersOf = (response) => KEPT_HEADERS.filter((name) => response.headers.has(name)).map((name) => [name, response.headers.get(name)]);

  // --- pages ------------------------------------------------------------------------------------------

  const fromNetwork = new workbox.strategies.NetworkOnly();
  const fromQuickNetwork = new workbox.strategies.NetworkOnly({ networkTimeoutSeconds: SLOW_SECONDS });

  async function page({ event, request, url }) {
    const copy = await kept(url.pathname);
    const live = await (copy ? fromQuickNetwork : fromNetwork).handle({ event, request }).catch(() => null);
    if (live && (live.type === "opaqueredirect" || isOurs(live))) {
      event.waitUntil(seen(url, live));
      return live;
    }
    return copy ? shown(copy) : live || (await caches.match(AWAY)) || Response.error();
  }

  // A portal or a proxy does not number its answers as our server does; nor is a server away an answer.
  const isOurs = ({ status, headers }) => headers.has("X-Request-ID") && status < 500;

  async function seen(url, live) {
    const again = live.status === 200 ? live.clone() : null;
    const reader = Number(live.headers.get(READER));
    if (reader) await note(reader);
    if (again && reader) await refresh(url.pathname, again);
  }

  function shown({ html, headers, taken }) {
    return new Response(html.replace("<html ", `<html data-copy="${taken}" `), { headers });
  }

  const ofOurs = (url) => url.origin === self.location.origin;
  const inShell = async ({ request }) => (await caches.match(request, { ignoreVary: true })) || fetch(request);
  workbox.routing.registerRoute(({ url }) => ofOurs(url) && url.pathname.startsWith("/static/"), inShell);
  workbox.routing.registerRoute(({ request, url }) => request.mode === "navigate" && ofOurs(url), page);
})();

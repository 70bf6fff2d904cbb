// Without a network: the visits that this device holds for whoever was signed in last; and the page that
// was wanted, as soon as the server can be reached.

import { openDatabase } from "./database.js";
import { deviceOf } from "./device.js";

const TRY_AGAIN = 5000;

async function taken() {
  const database = await openDatabase();
  const reader = await database.get("notes", "current");
  database.close();
  const device = reader ? await deviceOf(reader) : null;
  return device ? device.store.visits() : [];
}

function line({ visit, title }) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `/visits/${visit}`, textContent: title });
  link.className = "visit-link";
  item.append(link);
  return item;
}

taken().then((visits) => {
  if (!visits.length) return;
  const list = document.querySelector("[data-taken]");
  list.append(...visits.map(line));
  list.hidden = false;
  document.querySelector("[data-nothing]").hidden = true;
}).catch((fault) => console.error(fault));

// A portal answers too, and does not number its answers; a server away is no reason to come back yet.
async function comeBack() {
  const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer && answer.headers.has("X-Request-ID") && answer.status < 500) location.reload();
}

addEventListener("online", comeBack);
setInterval(comeBack, TRY_AGAIN);

// On every page of a consultant: wake what this device holds of theirs, and offer to take a visit along.

import { isMarked } from "./mark.js";

const place = document.querySelector("[data-device]");
const reader = Number(place.dataset.reader);

async function begin(device) {
  const { begin: beginPanel } = await import("./panel.js");
  await beginPanel(place, device);
}

async function beginAll() {
  const offered = document.querySelector("[data-take]");
  if (offered) {
    const { prepare } = await import("./take.js");
    prepare(offered, reader, place.dataset.release, begin).catch((fault) => console.error(fault));
  }
  if (!isMarked(reader)) return;
  const { deviceOf } = await import("./device.js");
  const device = await deviceOf(reader);
  if (device) await begin(device);
  else await sayIfForbidden();
}

// What was kept here cannot be opened: said at once, for answers live in this page alone by now.
async function sayIfForbidden() {
  const { openDatabase } = await import("./database.js");
  const opens = await openDatabase().then((database) => database.close() || true, () => false);
  if (opens) return;
  const { FULL_DEVICE } = await import("./words.js");
  place.querySelector("[data-device-state]").textContent = FULL_DEVICE;
  place.dataset.tone = "bad";
  place.hidden = false;
}

beginAll().catch((fault) => console.error(fault));

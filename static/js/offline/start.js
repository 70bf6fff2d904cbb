// On every page of a consultant: wake what this device holds of theirs, and offer to take a visit along.

import { isMarked } from "./mark.js";

const TRY_AGAIN = 10000;

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
  const { deviceOf, isHolding } = await import("./device.js");
  const device = await deviceOf(reader);
  if (device) await begin(device);
  else if (await isHolding(reader).catch(sayForbidden)) await begin(await whenReached(deviceOf));
}

// What is kept here is locked, and its keys are with the server: they are asked for until it gives them.
async function whenReached(deviceOf) {
  for (;;) {
    await new Promise((done) => {
      addEventListener("online", done, { once: true });
      setTimeout(done, TRY_AGAIN);
    });
    const device = await deviceOf(reader);
    if (device) return device;
  }
}

// What was kept here cannot be opened: said at once, for answers live in this page alone by now.
async function sayForbidden() {
  const { FULL_DEVICE } = await import("./words.js");
  place.querySelector("[data-device-state]").textContent = FULL_DEVICE;
  place.dataset.tone = "bad";
  place.hidden = false;
}

beginAll().catch((fault) => console.error(fault));

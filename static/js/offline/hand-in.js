// The page where a file of another device is handed in.

import { deviceOf, isHolding } from "./device.js";
import { begin } from "./panel.js";
import { handedIn, Unreadable } from "./parcel.js";
import { unfit } from "./mark.js";
import { inWords, UNFIT, UNREADABLE } from "./words.js";

const place = document.querySelector("[data-device]");
const reader = Number(place.dataset.reader);
const form = document.querySelector("[data-hand-in]");
const [field, button] = [form.querySelector("input"), form.querySelector("button")];

function say(words, tone) {
  const said = form.querySelector("[data-hand-in-state]");
  said.textContent = words;
  said.dataset.tone = tone;
}

// Whoever hands in is signed in now, on the network: where the device is not theirs yet, it becomes theirs.
let device = null;
async function ownDevice(anew) {
  const found = device || (await deviceOf(reader)) || (anew && (await deviceOf(reader, { anew })));
  if (found && !device) {
    device = found;
    await begin(place, device);
  }
  if (anew && !device) {
    await isHolding(reader); // storage that is forbidden is a fault, and no network's
    throw new Unreadable("away");
  }
  return device;
}

async function handIn(file) {
  const { store } = await ownDevice(true);
  const taken = await handedIn(file, store, location.origin);
  const words = inWords(taken);
  if (!words) return say("这个文件里没有等待送出的内容。", "note");
  device.listen((event) => event === "quiet" && say(`已读入 ${words}，全部送出。原来那台设备连上网络后会自己清掉，不会重复。`, "good"));
  say(`已读入 ${words}，正在送出。送完以前请不要关闭本页。`, "note");
  device.sync.wake();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = field.files;
  if (!file) return say("请先选择文件。", "bad");
  button.disabled = true;
  try {
    await handIn(file);
  } catch (fault) {
    if (!(fault instanceof Unreadable)) console.error(fault);
    say((UNREADABLE[fault.why] || UNREADABLE.broken).replace("{where}", fault.where), "bad");
  }
  button.disabled = false;
});

const why = unfit();
form.hidden = Boolean(why);
document.querySelector("[data-no-script]").textContent = why ? UNFIT[why] : "";
if (!why) ownDevice(false).catch((fault) => console.error(fault));

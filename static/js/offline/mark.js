// Whether anything of a person may lie on this device: asked on every page, before anything is opened.

import { keepsNothing } from "../keeping.js";

const MARK = "survey:device";

/** Why this browser cannot keep a visit: a word of words.UNFIT; null where it can. */
export function unfit() {
  if (keepsNothing) return "strict";
  const inWeChat = /MicroMessenger/i.test(navigator.userAgent);
  if (!("serviceWorker" in navigator) && inWeChat) return "wechat";
  if (!window.isSecureContext) return "insecure";
  return window.indexedDB && window.crypto && crypto.subtle && "serviceWorker" in navigator ? null : "old";
}

function marked() {
  try {
    return (localStorage.getItem(MARK) || "").split(" ").filter(Boolean);
  } catch {
    return []; // no storage, nothing kept
  }
}

// The mark is written lazily: a crash may forget it, but not the worker.
const served = () => Boolean(navigator.serviceWorker.controller);

export function isMarked(reader) {
  return !unfit() && (served() || marked().includes(String(reader)));
}

export const anybodyMarked = () => !unfit() && (served() || marked().length > 0);

export function mark(reader) {
  localStorage.setItem(MARK, [...new Set([...marked(), String(reader)])].join(" "));
}

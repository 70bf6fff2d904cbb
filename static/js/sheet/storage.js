// What has not arrived, kept in this tab: by person and assessment, nobody else's.

import { ofTab } from "../keeping.js";

const PREFIX = "survey:unsaved:";

export const keyOf = ({ user, assessment }) => `${PREFIX}${user}:${assessment}`;

/** Keep what has not arrived, {question: {sent, next, revision}}; false where storage is full or forbidden. */
export function keep(key, left) {
  try {
    if (Object.keys(left).length) ofTab().setItem(key, JSON.stringify(left));
    else ofTab().removeItem(key);
    return true;
  } catch {
    return false; // the page itself still holds everything
  }
}

/** What an earlier visit of this tab left unsaved: [question, {sent, next, revision}]. */
export function kept(key) {
  try {
    return Object.entries(JSON.parse(ofTab().getItem(key) || "{}"));
  } catch {
    return [];
  }
}

/** Forget what another person left in this tab: it is neither shown nor kept. */
export function forgetOthers({ user }) {
  try {
    for (const name of Object.keys(ofTab()))
      if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${user}:`)) ofTab().removeItem(name);
  } catch { /* no storage, nothing kept */ }
}

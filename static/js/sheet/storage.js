// What has not arrived, kept in this tab: by person and assessment, nobody else's.

const PREFIX = "survey:unsaved:";

export const keyOf = ({ user, assessment }) => `${PREFIX}${user}:${assessment}`;

/** Keep what has not arrived, {question: {sent, next, revision}}; false where storage is full or forbidden. */
export function keep(key, left) {
  try {
    if (Object.keys(left).length) sessionStorage.setItem(key, JSON.stringify(left));
    else sessionStorage.removeItem(key);
    return true;
  } catch {
    return false; // the page itself still holds everything
  }
}

/** What an earlier visit of this tab left unsaved: [question, {sent, next, revision}]. */
export function kept(key) {
  try {
    return Object.entries(JSON.parse(sessionStorage.getItem(key) || "{}"));
  } catch {
    return [];
  }
}

/** Forget what another person left in this tab: it is neither shown nor kept. */
export function forgetOthers({ user }) {
  try {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${user}:`)) sessionStorage.removeItem(name);
  } catch { /* no storage, nothing kept */ }
}

// What the promised browsers do not have, from MDN's compatibility data.
//
// Run by itself it prints the list as JSON: [[owner, member, home]]. An owner of "" is the global
// scope; home is "own" for what the owner itself has, "prototype" for what its instances have,
// "either" where the data does not say. The browser tests take these away from Chromium.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PROMISED = { chrome: 84, chrome_android: 84, webview_android: 84, safari: 14, safari_ios: 14 };
const NAME = /^[A-Za-z_$][\w$]*$/;

const data = createRequire(import.meta.url)("@mdn/browser-compat-data");

function isPromised(feature) {
  const support = feature.__compat?.support ?? {};
  return Object.entries(PROMISED).every(([browser, version]) => [support[browser] ?? []].flat().some((since) =>
    !since.flags && !since.prefix && !since.alternative_name && !since.version_removed
    && (since.version_added === true || parseFloat(String(since.version_added).replace("≤", "")) <= version)));
}

function homeOf(owners, owner, key) {
  if (owner === "Window" || key.endsWith("_static")) return "own";
  return owners === data.api ? "prototype" : "either";
}

/** {owner, member, home, promised} for everything a script may call by name. */
export function members() {
  const found = [];
  for (const owners of [data.api, data.javascript.builtins])
    for (const [owner, inside] of Object.entries(owners)) {
      if (!NAME.test(owner)) continue;
      const there = isPromised(inside);
      found.push({ owner: "", member: owner, home: "own", promised: there });
      for (const [key, feature] of Object.entries(inside)) {
        const member = key.replace(/_static$/, "");
        if (!NAME.test(member) || member === owner || !feature.__compat || /_(event|parameter)$/.test(key)) continue;
        const home = homeOf(owners, owner, key);
        found.push({ owner: owner === "Window" ? "" : owner, member, home, promised: there && isPromised(feature) });
      }
    }
  return found;
}

function newer() {
  return members().filter(({ promised }) => !promised).map(({ owner, member, home }) => [owner, member, home]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(newer()));

// What the scripts are written in: the JavaScript of 2020 and the functions of Chrome 84, Safari 14.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

import { parse } from "acorn";
import { full } from "acorn-walk";

import { members } from "./newer.mjs";

const FOLDER = new URL("../../static/js/", import.meta.url);

function scripts(folder = FOLDER) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? scripts(new URL(`${entry.name}/`, folder)) : entry.name.endsWith(".js") ? [new URL(entry.name, folder)] : []);
}

const read = (url) => parse(readFileSync(url, "utf8"), { ecmaVersion: 2020, sourceType: "module", locations: true });

/** The names a script calls, with their lines. */
function called(tree) {
  const found = [];
  full(tree, ({ type, callee }) => {
    if (type !== "CallExpression" && type !== "NewExpression") return;
    const name = callee.type === "MemberExpression" && !callee.computed ? callee.property : callee;
    if (name.type === "Identifier") found.push([name.name, name.loc.start.line]);
  });
  return found;
}

/** The names a script gives to functions and methods of its own. */
function made(tree) {
  const found = new Set();
  full(tree, (node) => {
    if (node.type === "FunctionDeclaration" || node.type === "VariableDeclarator") found.add(node.id.name);
    if (node.type === "MethodDefinition" || (node.type === "Property" && node.value)) found.add(node.key.name);
  });
  return found;
}

test("every script is JavaScript of 2020", () => {
  const read2020 = scripts().map(read);

  assert.ok(read2020.length > 5);
});

test("a script of a later year is found", () => {
  for (const later of ["a ??= 1;", "class A { static b = 1; }", "class A { #c() {} }", "await a;"])
    assert.throws(() => parse(later, { ecmaVersion: 2020, sourceType: "module" }));
});

test("no script calls what only newer browsers have", () => {
  const promised = new Set(members().filter((one) => one.promised).map(({ member }) => member));
  const newer = new Set(members().map(({ member }) => member).filter((name) => !promised.has(name)));
  const ours = new Set(["resize", "handle", ...scripts().flatMap((url) => [...made(read(url))])]); // ECharts has a resize, Workbox a handle
  assert.ok(["at", "hasOwn", "replaceChildren", "structuredClone"].every((name) => newer.has(name)));

  // A worker of its own, begun only where photo.js found its OffscreenCanvas.
  const everywhere = scripts().filter(({ pathname }) => !pathname.endsWith("/offline/scaler.js"));
  const faults = everywhere.flatMap((url) => called(read(url))
    .filter(([name]) => newer.has(name) && !ours.has(name))
    .map(([name, line]) => `${url.pathname.split("/static/")[1]}:${line} ${name}`));

  assert.deepEqual(faults, []);
});

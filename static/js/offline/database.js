// The device's database: whose it is, the pages of visits taken along, and what waits to be sent.
//
// Contents are sealed. In plain sight are only numbers of people and visits, addresses of pages, ids
// of questions, and in which order what was written. The worker opens the same database; a later
// release may add to it and never takes away what an earlier one left to be sent.

import { openDB } from "../../vendor/idb/index.js";

export const NAME = "survey-device";
export const VERSION = 1;

/**
 * accounts  reader → {reader, keys: [{id, key}]}          who may open what
 * notes     name → value                                  current reader, client word, sequence, lease
 * visits    [reader, visit] → {taken, release, sealed}    visits taken along
 * pages     [reader, path] → {visit, release, sealed}     their pages
 * rows      [reader, visit, question] → {revision, request, sealed}   answers acknowledged since
 * outbox    n → {request, reader, visit, question, kind, base, after, stopped, sealed}
 * photos    request → sealed bytes
 */
function make(database) {
  database.createObjectStore("accounts", { keyPath: "reader" });
  database.createObjectStore("notes");
  database.createObjectStore("visits", { keyPath: ["reader", "visit"] });
  database.createObjectStore("pages", { keyPath: ["reader", "path"] });
  database.createObjectStore("rows", { keyPath: ["reader", "visit", "question"] });
  database.createObjectStore("outbox", { keyPath: "n", autoIncrement: true })
    .createIndex("request", "request", { unique: true });
  database.createObjectStore("photos");
}

export function openDatabase() {
  return openDB(NAME, VERSION, {
    upgrade: make,
    // A page of a later release waits for this one: it gets its way, this one goes on without.
    blocking: (_now, _wanted, { target }) => target.close(),
  });
}

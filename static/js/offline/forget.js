// Somebody signed out: what lies on this device stays locked until its owner is back.

import { openDatabase } from "./database.js";

/** Drop everybody's keys, all at once: the page may be left in the middle. */
export async function dropKeys() {
  const database = await openDatabase();
  const work = database.transaction(["accounts", "notes"], "readwrite");
  work.objectStore("accounts").clear();
  work.objectStore("notes").delete("current");
  await work.done;
  database.close();
}

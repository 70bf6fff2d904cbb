// Nobody is signed in any more: what lies on this device stays locked until its owner is back.

import { openDatabase } from "./database.js";

export async function dropKeys() {
  const database = await openDatabase();
  await database.clear("accounts");
  await database.delete("notes", "current");
  database.close();
}

// A section page of a visit that was taken along: its queue and its photos lie on the device.

import { deviceOf } from "./device.js";
import { PhotoKeeper } from "./keeper.js";
import { DeviceQueue } from "./queue.js";

/** {queue, keeper} of a visit that this device holds, for its answers or (`kind`) its notes; null where it does not. */
export async function held(reader, visit, kind = "answer") {
  const device = await deviceOf(reader);
  if (!device || !(await device.store.has(visit))) return null;
  return { queue: await DeviceQueue.open(device, visit, kind), keeper: await PhotoKeeper.open(device, visit) };
}

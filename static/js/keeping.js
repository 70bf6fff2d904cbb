// What pages keep in this browser, beyond mere preferences, goes through here. Where the site keeps nothing
// (STRICT=1: <html data-keeps="nothing">) it is as in a browser that forbids storage, and what lay here
// from before is forgotten.

export const keepsNothing = document.documentElement.dataset.keeps === "nothing";
const PREFERENCES = ["survey:order"];
const FORBIDDING = {
  getItem: () => null,
  setItem: () => { throw new Error("nothing is kept here"); },
  removeItem() {},
  clear() {},
};

/** What lasts as long as this tab. */
export const ofTab = () => (keepsNothing ? FORBIDDING : sessionStorage);
/** What lasts on this device. */
export const ofDevice = () => (keepsNothing ? FORBIDDING : localStorage);

async function forget() {
  sessionStorage.clear();
  for (const name of Object.keys(localStorage)) if (!PREFERENCES.includes(name)) localStorage.removeItem(name);
  const workers = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistrations() : [];
  await Promise.all(workers.map((worker) => worker.unregister()));
  const shells = "caches" in window ? await caches.keys() : [];
  await Promise.all(shells.map((name) => caches.delete(name)));
  indexedDB.deleteDatabase("survey-device");
}

if (keepsNothing) forget().catch((fault) => console.error(fault));

// Of all pages one sends: whoever holds the lease. A page that died holds it no longer than LEASE.

const LEASE = 8000; // two that send at once do no harm: the server keeps each request once

export class Lease {
  constructor(database, now = () => Date.now()) {
    Object.assign(this, { database, now });
    this.holder = Math.random().toString(36).slice(2);
  }

  /** Take or renew the lease; false while another page has it. A device without room sends all the same. */
  async take() {
    return this.tryTake().catch(() => true);
  }

  async tryTake() {
    const work = this.database.transaction("notes", "readwrite");
    const held = await work.store.get("lease");
    const left = held ? held.until - this.now() : 0;
    // A clock that was put back would leave a lease for days: none lasts longer than LEASE.
    const free = !held || held.holder === this.holder || left <= 0 || left > LEASE;
    if (free) await work.store.put({ holder: this.holder, until: this.now() + LEASE }, "lease");
    await work.done;
    return free;
  }

  async drop() {
    const work = this.database.transaction("notes", "readwrite");
    const held = await work.store.get("lease");
    if (held && held.holder === this.holder) await work.store.delete("lease");
    await work.done;
  }
}

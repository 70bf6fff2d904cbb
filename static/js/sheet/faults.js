// Two kinds of faults of ours: one in saving gives the plain form back, one in showing costs only the sight.

/** Do what is only to be seen; a fault in it is left to the console, and nothing else stops. */
export function show(act) {
  try {
    act();
  } catch (fault) {
    console.error(fault);
  }
}

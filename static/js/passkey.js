// Shows a passkey or makes one: asks the server what is to be signed, the device to sign it, and sends
// the form with the answer. Without this script its form says what to use instead.

const UNUSABLE = (instead) => `这个浏览器用不了通行密钥，请用${instead}。`;
const REFUSED = "没有完成：取消了、等得太久，或者这台设备上没有登记过的通行密钥。可以再按一次。";
const KNOWN = "这台设备已经添加过了。";
const UNREACHED = "没有连上服务器，请稍后再按一次。";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const described = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

async function asked(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value }),
  });
  if (answer.status === 401) location.reload(); // what was shown is no longer fresh: the page leads to showing it
  if (!answer.ok) throw new TypeError(answer.statusText);
  return answer.json();
}

const ceremonies = {
  async create(options) {
    const made = await navigator.credentials.create({
      publicKey: { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: described(options.excludeCredentials) },
    });
    return [made, { attestationObject: text(made.response.attestationObject) }];
  },
  async get(options) {
    const shown = await navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) },
    });
    return [shown, { authenticatorData: text(shown.response.authenticatorData), signature: text(shown.response.signature) }];
  },
};

async function answered(form) {
  const [key, response] = await ceremonies[form.dataset.passkey](await asked(form));
  return JSON.stringify({
    id: key.id, rawId: text(key.rawId), type: key.type,
    response: { clientDataJSON: text(key.response.clientDataJSON), ...response },
  });
}

function reason(fault) {
  if (fault instanceof TypeError) return UNREACHED;
  return fault.name === "InvalidStateError" ? KNOWN : REFUSED;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const without = form.querySelector("[data-without]");
  const said = form.querySelector("[data-said]");
  if (!window.PublicKeyCredential) {
    without.textContent = UNUSABLE(form.dataset.instead);
    continue;
  }
  without.hidden = true;
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.hidden = true;
    try {
      form.elements.passkey.value = await answered(form);
      form.submit();
    } catch (fault) {
      said.textContent = reason(fault);
      said.hidden = false;
      button.disabled = false;
    }
  });
}

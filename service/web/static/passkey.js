// Asks the browser for a passkey and sends what it says. Without this script the codes of an authenticator app do the same.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function made(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const publicKey = { ...options, user, challenge: bytes(options.challenge), excludeCredentials: named(options.excludeCredentials) };
  return navigator.credentials.create({ publicKey });
}

async function used(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
  return navigator.credentials.get({ publicKey });
}

async function ask(form) {
  const options = JSON.parse(form.dataset.options);
  const passkey = await (form.dataset.passkey === 'new' ? made(options) : used(options));
  const response = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (passkey.response[name]) response[name] = text(passkey.response[name]);
  }
  form.elements.answer.value = JSON.stringify({ id: passkey.id, rawId: text(passkey.rawId), type: passkey.type, response });
  form.submit();
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const says = form.querySelector('[data-says]');
      ask(form).catch(() => { says.textContent = 'No passkey was used. Try again, or use your app.'; });
    });
  }
  for (const place of document.querySelectorAll('[data-without-passkeys]')) place.hidden = true;
}

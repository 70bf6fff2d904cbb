// One file to the server, or away from it, and what is said of a refusal.

/**
 * Send one file; `moved` hears how much of it is through, 0 to 1.
 *
 * @returns {Promise<{status: number, body: object}>} a status of 0 where the network went
 */
export function send(url, token, file, moved) {
  return new Promise((done) => {
    const data = new FormData();
    data.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.onprogress = (event) => event.lengthComputable && moved(event.loaded / event.total);
    request.onerror = request.onabort = () => done({ status: 0, body: {} });
    request.onload = () => {
      let body = {};
      try { body = JSON.parse(request.responseText) || {}; } catch { /* refusal() speaks for it */ }
      done({ status: request.status, body });
    };
    request.send(data);
  });
}

/** Ask for a file to be taken away; answers as `send` does. */
export async function remove(url, token) {
  let status = 0;
  try {
    const response = await fetch(url, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token } });
    status = response.status;
    return { status, body: (await response.json()) || {} };
  } catch {
    return { status, body: {} };
  }
}

/** Say why it did not go; `name`: the file's, "" where it was to be taken away. */
export function refusal({ status, body }, name) {
  if (body.message) return body.message;
  const what = name ? `“${name}”未上传：` : "没有完成：";
  if (status === 0) return `${what}网络不通。请检查网络后重试。`;
  if (status === 413) return `${what}文件太大。请压缩或缩小后重试。`;
  return `${what}服务器没有接受。请稍后重试。`;
}

// The protocol: tus 1.0.0 core with creation. Goes on after a lost network for as long as it takes; what the kiosk refuses is a
// Problem with its own words.

const TUS = { "Tus-Resumable": "1.0.0" }

/** What the kiosk said no to. `status` is HTTP's. */
export class Problem extends Error {
  constructor(status, told) {
    super((document.documentElement.lang === "ru" ? told?.detail_ru : told?.detail) ?? "")
    this.status = status
    if (status === 403) this.field = "surname"
  }
}

async function problem(answer) {
  return new Problem(answer.status, await answer.json().catch(() => null))
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** Announces a file; its number. `metadata` are texts by key. */
export async function announce(bytes, metadata) {
  const pairs = Object.entries(metadata).filter(([, value]) => value !== "").map(([key, value]) => `${key} ${base64(value)}`)
  const answer = await fetch("/upload", { method: "POST", headers: { ...TUS, "Upload-Length": bytes, "Upload-Metadata": pairs.join(",") } })
  if (!answer.ok) throw await problem(answer)
  return answer.headers.get("Location").split("/").pop()
}

/** What became of an upload, as the kiosk tells it. */
export async function look(id) {
  const answer = await fetch(`/upload/${id}`)
  if (!answer.ok) throw await problem(answer)
  return answer.json()
}

/** Has a document made: of others beside this one, with a password, with other choices. */
export async function order(id, asked) {
  const answer = await fetch(`/upload/${id}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) })
  if (!answer.ok) throw await problem(answer)
  return answer.json()
}

/** Forgets an upload; nobody minds when that fails, it is forgotten by itself in a day. */
export const forget = (id) => fetch(`/upload/${id}`, { method: "DELETE", headers: TUS }).catch(() => {})

// Milliseconds without a byte after which a connection is taken for dead: networks that go seldom say so. What the kiosk looks
// at when all is there may take longer.
const STALL = 8000
const LOOKING = 90000

async function offset(id) {
  const answer = await fetch(`/upload/${id}`, { method: "HEAD", headers: TUS, signal: AbortSignal.timeout(STALL) })
  if (!answer.ok) throw new Problem(answer.status)
  return Number(answer.headers.get("Upload-Offset"))
}

/** One piece, with its progress, which fetch does not tell. */
function piece(id, at, blob, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const gone = () => request.abort()
    let stalled = setTimeout(gone, STALL)
    addEventListener("offline", gone)
    request.onloadend = () => {
      clearTimeout(stalled)
      removeEventListener("offline", gone)
    }
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(stalled)
      stalled = setTimeout(gone, loaded < total ? STALL : LOOKING)
      progress(at + loaded)
    }
    request.onload = () => {
      if (request.status < 400) return resolve()
      let told
      try { told = JSON.parse(request.responseText) } catch { /* a proxy's page */ }
      reject(new Problem(request.status, told))
    }
    request.onerror = request.onabort = request.ontimeout = () => reject(new TypeError("network"))
    request.open("PATCH", `/upload/${id}`)
    for (const [name, value] of Object.entries(TUS)) request.setRequestHeader(name, value)
    request.setRequestHeader("Upload-Offset", at)
    request.setRequestHeader("Content-Type", "application/offset+octet-stream")
    request.send(blob.slice(at))
  })
}

// The longest pause between two tries, in milliseconds: somebody stands there and looks.
const PAUSE = 8000

/** Waits a little longer each time, but no longer than until the network or the person is back. */
function pause(tries) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener("online", done)
      document.removeEventListener("visibilitychange", done)
      resolve()
    }
    const timer = setTimeout(done, Math.min(PAUSE, 250 * 2 ** tries))
    addEventListener("online", done)
    document.addEventListener("visibilitychange", done)
  })
}

/** Statuses that say nothing of the file: too slow, another part, too many, the kiosk itself, a proxy. */
const PASSING = [408, 409, 423, 425, 429, 500, 502, 503, 504]

/** Sends what is missing of `blob`. `progress` hears bytes, `lost` hears them when the network is gone. */
export async function send(id, blob, progress, lost) {
  let at = 0
  for (let tries = 0; ; tries++) {
    try {
      const now = await offset(id)
      if (now > at) tries = 0
      progress(at = now)
      return await piece(id, at, blob, progress)
    } catch (error) {
      const passing = error instanceof Problem ? PASSING.includes(error.status) : true
      if (!passing) throw error
      lost(at)
      await pause(tries)
    }
  }
}
